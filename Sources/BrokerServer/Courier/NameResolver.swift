import BrokerNode
import Bytes

/// Addresses of names, found on threads of their own, because the system's resolver blocks.
///
/// One look-up of a name at a time, however many ask; a name whose look-up hangs holds one thread.
/// Answers are kept for a short while.
final class NameResolver {
    /// Blocks until it knows.
    typealias Lookup = @Sendable (_ host: String) -> NameAnswer

    private struct Finding: Sendable {
        let worker: Int
        let host: String
        let answer: NameAnswer
    }

    /// What a thread is asked to do.
    private enum Job: Sendable {
        case find(String)
        case finish
    }

    private struct Remembered {
        let answer: NameAnswer
        let expiresAt: UInt64
    }

    private let lookup: Lookup
    private let findings: Mailbox<Finding>
    private var workers: [Mailbox<Job>] = []
    private var idle: [Int] = []
    /// Who waits for a name that is being looked up or will be.
    private var asking: [String: [UInt64]] = [:]
    /// Names of `asking` that no thread has yet, in order.
    private var waiting = Line<String>()
    private var remembered: [String: Remembered] = [:]

    /// A resolver that signals `wake` when an answer has come.
    init(wake: Wake, lookup: @escaping Lookup = { NameLookup.addresses(of: $0) }) {
        self.lookup = lookup
        findings = Mailbox(wake: wake)
    }

    /// Lets the threads end; one that hangs in a look-up ends after it.
    deinit { for worker in workers { worker.post(.finish) } }

    /// The answer when it is known; nil when it will come from `takeAnswers` under `number`.
    func ask(for host: String, number: UInt64, at now: UInt64) -> NameAnswer? {
        if let known = NameResolver.known(host) { return known }
        if let kept = remembered[host] {
            if now < kept.expiresAt { return kept.answer }
            remembered[host] = nil
        }
        if asking[host] == nil { waiting.append(host) }
        asking[host, default: []].append(number)
        dispatch()
        return nil
    }

    /// Forgets that `number` asks for `host`.
    func withdraw(_ number: UInt64, from host: String) {
        asking[host]?.removeAll { $0 == number }
    }

    /// The answers that have come, with those who asked.
    func takeAnswers(at now: UInt64) -> [(number: UInt64, answer: NameAnswer)] {
        var answers: [(number: UInt64, answer: NameAnswer)] = []
        for finding in findings.takeAll() {
            idle.append(finding.worker)
            remember(finding.answer, of: finding.host, at: now)
            for number in asking.removeValue(forKey: finding.host) ?? [] {
                answers.append((number, finding.answer))
            }
        }
        dispatch()
        return answers
    }

    /// What needs no look-up: addresses, and this machine (RFC 6761, section 6.3).
    private static func known(_ host: String) -> NameAnswer? {
        if host == "localhost" || host.hasSuffix(".localhost") {
            return .addresses(["127.0.0.1", "::1"])
        }
        return SocketAddress(host: host, port: 0).map { .addresses([$0.host]) }
    }

    /// Gives waiting names to idle threads, and to new ones while there may be more.
    private func dispatch() {
        while let host = waiting.first {
            guard let askers = asking[host], !askers.isEmpty else {
                // All have given up in the meantime.
                asking[host] = nil
                waiting.removeFirst()
                continue
            }
            guard let worker = idle.popLast() ?? startWorker() else { return }
            waiting.removeFirst()
            workers[worker].post(.find(host))
        }
    }

    /// The number of a new thread; nil when there are enough or the system has no more.
    private func startWorker() -> Int? {
        guard workers.count < CourierLimits.lookupThreads, let wake = try? Wake() else {
            return nil
        }
        let jobs = Mailbox<Job>(wake: wake)
        let (number, lookup, findings) = (workers.count, lookup, findings)
        let body = { @Sendable in
            while true {
                wake.sleep()
                wake.clear()
                for job in jobs.takeAll() {
                    guard case .find(let host) = job else { return }
                    findings.post(Finding(worker: number, host: host, answer: lookup(host)))
                }
            }
        }
        guard (try? Thread(name: "names \(number)", body: body)) != nil else { return nil }
        workers.append(jobs)
        return number
    }

    private func remember(_ answer: NameAnswer, of host: String, at now: UInt64) {
        if remembered.count >= CourierLimits.rememberedNames { remembered.removeAll() }
        let duration =
            switch answer {
            case .addresses: CourierLimits.nameMilliseconds
            case .failed: CourierLimits.missingNameMilliseconds
            }
        remembered[host] = Remembered(answer: answer, expiresAt: now + duration)
    }
}
