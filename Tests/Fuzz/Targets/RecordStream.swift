import Bytes

@testable import BrokerCore

/// A stream of records, each its type, its length in two bytes and its payload: a broker replays it
/// or refuses a record, and can be used and made a snapshot of afterwards. Types of snapshots are loaded first.
enum RecordStream {
    static func run(_ input: [UInt8]) {
        let records = records(input)
        var broker = Broker(
            configuration: BrokerConfiguration(), entropy: Entropy(seed: (7, 8, 9)))
        var end: UInt64 = 64
        for (type, payload) in records {
            let position = JournalPosition(offset: end)
            end += UInt64(payload.count + 32)
            let held = payload.withByteView { HeldBytes($0) }
            do throws(RecordError) {
                try broker.apply(type: type, payload: held.view, at: position)
            } catch {
                promise(!error.reason.isEmpty, "a refusal has a reason")
                return
            }
        }
        guard broker.isFounded else { return }
        let sink = HeldRecords()
        let later = Moment(
            instant: broker.latestInstant.adding(seconds: 100_000),
            timestamp: broker.latestTimestamp)
        broker.advance(to: later, into: sink)
        broker.beginSnapshot()
        var copy = Broker(
            configuration: BrokerConfiguration(), entropy: Entropy(seed: (7, 8, 9)))
        var isComplete = false
        var fault: RecordError?
        while !isComplete {
            isComplete = broker.continueSnapshot(upTo: 1 << 20) { type, payload in
                do throws(RecordError) {
                    try copy.load(type: type, payload: payload)
                } catch {
                    fault = error
                }
            }
        }
        promise(fault == nil, "a snapshot is loaded: \(fault?.reason ?? "")")
        do throws(RecordError) {
            try copy.finishLoading()
        } catch {
            preconditionFailure("a snapshot is whole: \(error.reason)")
        }
    }

    private static func records(_ input: [UInt8]) -> [(type: UInt8, payload: [UInt8])] {
        var records: [(type: UInt8, payload: [UInt8])] = []
        var rest = input[...]
        while rest.count >= 3 {
            let header = Array(rest.prefix(3))
            let payload = Array(rest.dropFirst(3).prefix(Int(header[1]) | Int(header[2]) << 8))
            rest = rest.dropFirst(3 + payload.count)
            records.append((header[0], payload))
        }
        return records
    }
}
