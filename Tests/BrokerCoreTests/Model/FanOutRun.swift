import Bytes
import Testing

@testable import BrokerCore

/// Publishes at random to queues and endpoints that come, go and fail, with restarts, snapshots and
/// relocations in between, and keeps account of what each receiver is owed: everything that was
/// published while it was subscribed arrives once, in order where there is one, or in its dead-letter
/// queue, and nothing else does.
final class FanOutRun {
    private let scenario = Scenario()
    private let isFIFO: Bool
    private var shuffle: Shuffle
    private var messageCount = 0
    /// What each queue and endpoint still has to get, in order.
    private var expected: [String: [String]] = [:]
    /// What may be in the dead-letter queue.
    private var given: [String: Int] = [:]
    private var redriven: [String: Int] = [:]
    /// The receivers that are subscribed, by the label of their subscription.
    private var subscribed: [(label: String, receiver: String)] = []
    private var log: [String] = []

    init(isFIFO: Bool, seed: UInt64) throws {
        self.isFIFO = isFIFO
        shuffle = Shuffle(seed: seed)
        for name in ["q0", "q1", "q2", "dead"] {
            try command("create \(name)\(isFIFO ? ".fifo" : "") VisibilityTimeout=43200")
        }
        try command("create-topic \(topic)")
    }

    private var topic: String { isFIFO ? "t.fifo" : "t" }
    private var dead: String { isFIFO ? "dead.fifo" : "dead" }
    private var receivers: [String] {
        isFIFO ? ["q0.fifo", "q1.fifo", "q2.fifo"] : ["q0", "q1", "q2", "http://a/", "http://b/"]
    }

    @discardableResult
    private func command(_ line: String) throws -> [String] {
        let output = try scenario.run(line)
        log.append("    \(line)\n\(output.joined(separator: "\n"))")
        return output
    }

    func run(steps: Int) throws {
        for _ in 0..<steps {
            try step()
            let faults = InvariantChecker.faults(of: scenario.world.broker)
            try check(faults.isEmpty, faults.joined(separator: "; "))
        }
        try drain()
    }

    private func step() throws {
        switch Int.random(in: 0..<20, using: &shuffle) {
        case 0..<7: try publish()
        case 7..<9: try subscribe()
        case 9: try unsubscribe()
        case 10..<13: try attempt()
        case 13..<16: try receive(from: receivers.randomElement(using: &shuffle) ?? "")
        case 16: try command("advance \(Int.random(in: 1...30, using: &shuffle))s")
        case 17: try scenario.restart()
        case 18:
            scenario.world.beginSnapshot()
            for _ in 0..<Int.random(in: 0...3, using: &shuffle) {
                scenario.world.continueSnapshot(upTo: 1)
                try publish()
            }
            scenario.world.finishSnapshot()
            try scenario.restart(fromSnapshot: true)
        default: scenario.world.relocate(Array(scenario.world.sink.records.indices))
        }
    }

    private func publish() throws {
        messageCount += 1
        let text = "m\(messageCount)"
        let group = "group=g\(messageCount % 3) dedup=d\(messageCount)"
        try command("publish \(topic) x\(text) \(isFIFO ? group : "")")
        for (_, receiver) in subscribed { expected[receiver, default: []].append("x\(text)") }
    }

    private func subscribe() throws {
        guard let receiver = receivers.randomElement(using: &shuffle),
            !subscribed.contains(where: { $0.receiver == receiver })
        else { return }
        if receiver.hasPrefix("http") {
            let label = try command(
                "subscribe \(topic) http \(receiver) return-arn dead=\(dead) "
                    + "DeliveryPolicy=\"{\\\"healthyRetryPolicy\\\":{\\\"numRetries\\\":1}}\"")[0]
            try command("confirm \(topic) \(label)")
            subscribed.append((label, receiver))
        } else {
            let label = try command(
                "subscribe \(topic) sqs queue:\(receiver) RawMessageDelivery=true")[0]
            subscribed.append((label, receiver))
        }
    }

    private func unsubscribe() throws {
        guard let index = subscribed.indices.randomElement(using: &shuffle) else { return }
        try command("unsubscribe \(subscribed[index].label)")
        subscribed.remove(at: index)
    }

    private func attempt(_ result: String? = nil) throws {
        let result =
            result ?? ["delivered", "delivered", "failed", "refused"].randomElement(
                using: &shuffle) ?? ""
        for line in try command("attempt \(result) max=3") where line.hasPrefix("http ") {
            // http http://a/ x7 …: fate
            let words = line.split(separator: " ").map(String.init)
            guard words.count > 3, words[3].hasPrefix("x") else { continue }
            let text = words[3].replacing(":", with: "")
            if line.hasSuffix("delivered") {
                try take(text, from: words[1], inOrder: false)
            } else if line.hasSuffix("redriven") {
                try take(text, from: words[1], inOrder: false)
                redriven[text, default: 0] += 1
            } else {
                try check(!line.hasSuffix("given up"), "\(line), with a dead-letter queue")
            }
        }
    }

    private func receive(from receiver: String) throws {
        guard receiver.hasPrefix("q") else { return }
        for line in try command("receive \(receiver) max=10") where line != "nothing" {
            // h1 m2 x7
            let words = line.split(separator: " ").map(String.init)
            try take(words[2], from: receiver, inOrder: isFIFO)
            try command("delete \(receiver) \(words[0])")
        }
    }

    private func take(_ text: String, from receiver: String, inOrder: Bool) throws {
        let list = expected[receiver, default: []]
        guard let index = list.firstIndex(of: text) else {
            throw Difference(text: "\(receiver) got \(text) unexpectedly" + context)
        }
        if inOrder {
            // Order holds within a group: nothing of the same group is before it.
            let group = { (text: String) in (Int(text.dropFirst(2)) ?? 0) % 3 }
            try check(
                !list[..<index].contains { group($0) == group(text) },
                "\(receiver) got \(text) before its turn")
        }
        expected[receiver]?.remove(at: index)
    }

    private func drain() throws {
        for _ in 0..<400 {
            try attempt("delivered")
            try command("advance 25s")
            for receiver in receivers { try receive(from: receiver) }
        }
        for (receiver, list) in expected {
            try check(list.isEmpty, "\(receiver) lost \(list.joined(separator: " "))")
        }
        while true {
            let lines = try command("receive \(dead) max=10")
            if lines == ["nothing"] { break }
            for line in lines { given[String(line.split(separator: " ")[2]), default: 0] += 1 }
        }
        try check(given == redriven, "the dead-letter queue has what was given up")
        try check(try command("owed") == ["0 owed"], "nothing is owed in the end")
    }

    struct Difference: Error { var text: String }

    private var context: String { "\n" + log.suffix(12).joined(separator: "\n") }

    private func check(_ condition: Bool, _ fault: String) throws {
        if !condition { throw Difference(text: fault + context) }
    }
}
