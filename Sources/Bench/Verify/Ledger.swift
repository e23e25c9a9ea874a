import Bytes

/// What was sent to one queue and what came back: its lanes, and how the contract was broken.
final class Ledger {
    /// Messages that a standard queue may hold at once, and a message group.
    private static let queueCapacity = 1 << 18
    private static let groupCapacity = 64
    private static let exampleLimit = 5

    let isFIFO: Bool
    /// One for each message group; a standard queue has one.
    let lanes: [Lane]
    private(set) var faultCounts: [Lane.Fault: Int] = [:]
    private(set) var examples: [String] = []
    private(set) var figures = Figures()

    private let name: String
    /// What every body of this run begins with.
    private let mark: ByteCopy
    private let bodyByteCount: Int
    private var expected = ByteWriter(capacity: 1024)

    /// What happened, in numbers.
    struct Figures {
        var sent = 0
        var received = 0
        /// Received again, which the contract allows.
        var receivedAgain = 0
        var deleted = 0
    }

    /// - Parameter run: Tells the messages of this run from all others.
    init(name: String, isFIFO: Bool, groupCount: Int, run: String, bodyByteCount: Int) {
        self.name = name
        self.isFIFO = isFIFO
        mark = (run + "/").withByteView { ByteCopy($0) }
        self.bodyByteCount = bodyByteCount
        lanes = (0..<(isFIFO ? groupCount : 1)).map { _ in
            Lane(
                isOrdered: isFIFO, capacity: isFIFO ? Ledger.groupCapacity : Ledger.queueCapacity)
        }
    }

    // MARK: Bodies

    /// Appends the body of a message: who it is, and bytes that follow from that.
    func appendBody(_ lane: Int, _ number: Int, to writer: inout ByteWriter) {
        let start = writer.count
        writer.append(mark.bytes.view)
        writer.append(decimal: lane)
        writer.append(0x2F)
        writer.append(decimal: number)
        writer.append(0x2F)
        while writer.count - start < bodyByteCount {
            writer.append(0x61 + UInt8((number + writer.count - start) % 26))
        }
    }

    /// The lane and number of a message with this body; nil when nobody sent it.
    private func message(_ body: ByteView) -> (lane: Int, number: Int)? {
        let mark = mark.bytes.view
        guard body.prefix(mark.count) == mark else { return nil }
        let rest = body.dropFirst(mark.count)
        guard let slash = rest.firstIndex(of: 0x2F),
            let end = rest.firstIndex(of: 0x2F, from: slash + 1), slash < 10, end - slash < 18
        else { return nil }
        let lane = rest.prefix(slash).reduceDigits()
        let number = rest[slash + 1..<end].reduceDigits()
        guard lane < lanes.count else { return nil }
        expected.removeAll()
        appendBody(lane, number, to: &expected)
        return expected.view == body ? (lane, number) : nil
    }

    // MARK: Events

    func sent(_ lane: Int, _ number: Int, identifier: UInt64) {
        figures.sent += 1
        note(lanes[lane].sent(number, identifier: identifier), lane, number)
    }

    /// Takes a message of an answer in; nil when nobody sent it.
    ///
    /// - Parameter together: The messages before it in the same answer.
    func received(
        body: ByteView, identifier: UInt64, by receive: Lane.Receive,
        together: [(lane: Int, number: Int)]
    ) -> (lane: Int, number: Int)? {
        figures.received += 1
        guard let (lane, number) = message(body) else {
            note(.changed, in: "\(name): \(body.prefix(60).string)")
            return nil
        }
        if lanes[lane].isReceived(number) { figures.receivedAgain += 1 }
        let fault = lanes[lane].received(
            number, identifier: identifier, by: receive,
            together: together.filter { $0.lane == lane }.map(\.number))
        note(fault, lane, number)
        return (lane, number)
    }

    func deleted(_ lane: Int, _ number: Int, of receive: Lane.Receive, at now: UInt64) {
        figures.deleted += 1
        lanes[lane].deleted(number, of: receive, at: now)
        lanes[lane].settle()
    }

    /// The run is over: what is still there and does not come is lost.
    func close() {
        for (index, lane) in lanes.enumerated() {
            for number in lane.remaining { note(.lost, index, number) }
        }
    }

    private func note(_ fault: Lane.Fault?, _ lane: Int, _ number: Int) {
        guard let fault else { return }
        note(fault, in: isFIFO ? "\(name): group \(lane), message \(number)" : "\(name): \(number)")
    }

    private func note(_ fault: Lane.Fault, in place: String) {
        let count = faultCounts[fault, default: 0]
        faultCounts[fault] = count + 1
        if count < Ledger.exampleLimit { examples.append("\(fault.rawValue): \(place)") }
    }

    // MARK: The end

    /// Acknowledged messages that are not deleted yet.
    var remainingCount: Int { lanes.reduce(0) { $0 + $1.remaining.count } }

    /// Messages of which one cannot know whether they were sent, or deleted.
    var doubts: (sent: Int, deleted: Int) {
        lanes.reduce((0, 0)) { sum, lane in
            let doubts = lane.doubts
            return (sum.0 + doubts.sent, sum.1 + doubts.deleted)
        }
    }
}
