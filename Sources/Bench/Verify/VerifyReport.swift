import Bytes

/// What a check found.
struct VerifyReport {
    let options: VerifyOptions
    var killCount = 0
    /// Requests that nobody answered: they may have been carried out.
    var unansweredCount = 0
    private var refusals: [String] = []
    private var refusalCount = 0
    private var figures = Ledger.Figures()
    private var doubts = (sent: 0, deleted: 0)
    private var faultCounts: [Lane.Fault: Int] = [:]
    private var examples: [String] = []
    private var seconds = 0.0

    init(options: VerifyOptions) { self.options = options }

    /// Whether the server kept its promises, and was asked enough to tell.
    var isKept: Bool { faultCounts.isEmpty && figures.sent > 0 && figures.received > 0 }

    /// The server has answered, but not what was asked for.
    mutating func refuse(_ status: Int, _ body: ByteView) {
        refusalCount += 1
        if refusals.count < 3 { refusals.append("\(status) \(body.prefix(200).string)") }
    }

    mutating func take(_ ledgers: [Ledger], milliseconds: UInt64) {
        seconds = Double(milliseconds) / 1000
        for ledger in ledgers {
            figures.sent += ledger.figures.sent
            figures.received += ledger.figures.received
            figures.receivedAgain += ledger.figures.receivedAgain
            figures.deleted += ledger.figures.deleted
            let doubts = ledger.doubts
            self.doubts = (self.doubts.sent + doubts.sent, self.doubts.deleted + doubts.deleted)
            for (fault, count) in ledger.faultCounts { faultCounts[fault, default: 0] += count }
            examples += ledger.examples
        }
    }

    private var numbers: [(name: String, value: Int, explanation: String)] {
        [
            ("sent", figures.sent, "messages, acknowledged"),
            ("maybeSent", doubts.sent, "messages sent without an answer, and never seen"),
            ("received", figures.received, "messages"),
            ("receivedAgain", figures.receivedAgain, "of them again, as the contract allows"),
            ("deleted", figures.deleted, "deletions, acknowledged"),
            ("maybeDeleted", doubts.deleted, "messages deleted without an answer, or too late"),
            ("unanswered", unansweredCount, "requests"),
            ("refused", refusalCount, "of them answered with an error"),
            ("kills", killCount, "times the server was killed"),
        ]
    }

    var text: String {
        var lines = numbers.map { "  \(rightAligned($0.value)) \($0.name): \($0.explanation)" }
        for fault in Lane.Fault.allCases {
            guard let count = faultCounts[fault] else { continue }
            lines.append(
                "  \(rightAligned(count)) \(fault.rawValue.uppercased()): \(fault.explanation)")
        }
        lines += examples.map { "    \($0)" }
        lines += refusals.map { "    answered \($0)" }
        let verdict =
            isKept
            ? "kept: nothing was lost, duplicated, reordered or returned"
            : faultCounts.isEmpty ? "nothing was sent and received" : "BROKEN"
        return "\(lines.joined(separator: "\n"))\n\(verdict)\n"
    }

    private func rightAligned(_ value: Int) -> String {
        let digits = "\(value)"
        return String(repeating: " ", count: max(0, 10 - digits.count)) + digits
    }

    var json: String {
        var writer = ByteWriter()
        writer.append("{\"kept\":\(isKept),\"seconds\":\(seconds)")
        for number in numbers { writer.append(",\"\(number.name)\":\(number.value)") }
        writer.append(",\"faults\":{")
        let found = Lane.Fault.allCases.filter { faultCounts[$0] != nil }
        for (index, fault) in found.enumerated() {
            writer.append(index > 0 ? "," : "")
            writer.append("\"\(fault.rawValue)\":\(faultCounts[fault] ?? 0)")
        }
        writer.append("},\"examples\":[")
        for (index, example) in (examples + refusals).enumerated() {
            writer.append(index > 0 ? ",\"" : "\"")
            example.withByteView { writer.append(jsonEscaped: $0) }
            writer.append("\"")
        }
        writer.append("]}\n")
        return writer.view.string
    }
}
