import BrokerNode
import Bytes

/// Where deliveries are reported: their status in the log or in a file of its own, and what failed
/// in the log.
final class DeliveryReports: DeliveryLog {
    /// Lines about failed deliveries in one second; the others are counted.
    private static let noticesPerSecond = 20

    private let log: Log
    private let file: BoundedLogFile?
    private let clock: () -> UInt64
    private var second: UInt64 = 0
    private var noticesInSecond = 0
    private var untold = 0

    /// - Parameters:
    ///   - file: Takes the status documents; nil for the log.
    ///   - clock: A clock in milliseconds.
    init(
        log: Log, file: BoundedLogFile? = nil,
        clock: @escaping () -> UInt64 = SystemClock.monotonicMilliseconds
    ) {
        self.log = log
        self.file = file
        self.clock = clock
    }

    func write(status document: ByteView) {
        guard let file else {
            return log.write(.info, "delivery-status", [("document", document.string)])
        }
        do throws(SystemError) {
            try file.append(line: document)
        } catch {
            log.error("delivery log not written", ("reason", "\(error)"))
        }
    }

    func write(_ notice: DeliveryNotice) {
        let level: Log.Level
        let message: String
        var fields = [
            ("protocol", notice.protocolName), ("destination", notice.destination),
            ("attempts", "\(notice.attempts)"), ("reason", notice.reason),
        ]
        if !notice.topicARN.isEmpty { fields.insert(("topic", notice.topicARN), at: 0) }
        switch notice.consequence {
        case .retried(let milliseconds):
            level = .debug
            message = "delivery attempt failed"
            fields.append(("nextInMilliseconds", "\(milliseconds)"))
        case .redriven:
            level = .info
            message = "delivery failed, message moved to the dead-letter queue"
        case .givenUp:
            level = .warning
            message = "delivery failed, message given up"
        }
        guard level >= log.level, mayTell() else { return }
        log.write(level, message, fields)
    }

    /// Whether one more line is told in this second.
    private func mayTell() -> Bool {
        let now = clock() / 1000
        if now != second {
            if untold > 0 { log.warning("more deliveries failed", ("count", "\(untold)")) }
            second = now
            noticesInSecond = 0
            untold = 0
        }
        guard noticesInSecond < DeliveryReports.noticesPerSecond else {
            untold += 1
            return false
        }
        noticesInSecond += 1
        return true
    }
}
