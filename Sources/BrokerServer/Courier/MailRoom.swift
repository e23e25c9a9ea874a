import BrokerNode
import Bytes

/// Hands messages to a sendmail-compatible command: a child process for each, with the message on its
/// standard input.
///
/// The recipient is the last argument, unless one of the command's words is `-t`: then the command
/// reads recipients from the message. An exit status of 0 is shown as 200, any other as 500 with what
/// the command wrote to its errors.
final class MailRoom {
    /// What of a running command an event is about.
    enum Part: UInt64, CaseIterable {
        case input = 1
        case errors, ending
    }

    /// A command that runs.
    private final class Job {
        let number: UInt64
        let parcel: Parcel
        let child: ChildProcess
        let startedAt: UInt64
        var written = 0
        var errors: [UInt8] = []
        /// It has taken too long and was killed; its end is still to come.
        var isAnswered = false

        init(_ number: UInt64, _ parcel: Parcel, _ child: ChildProcess, at now: UInt64) {
            self.number = number
            self.parcel = parcel
            self.child = child
            startedAt = now
        }

        var deadline: UInt64 {
            let deadline = startedAt.addingReportingOverflow(parcel.timeoutMilliseconds)
            return isAnswered || deadline.overflow ? .max : deadline.partialValue
        }
    }

    private let command: [String]
    private let poller: Poller
    private let results: CourierResults
    private var waiting = Line<(parcel: Parcel, words: [String])>()
    private var waitingBytes = 0
    private var running: [Job] = []
    private var lastNumber: UInt64 = 0

    /// - Parameter command: The words of the command; none when there is none.
    init(command: [String], poller: Poller, results: CourierResults) {
        self.command = command
        self.poller = poller
        self.results = results
    }

    /// When `advance` is to be called; the past when a command can be started at once.
    var nextDeadline: UInt64? {
        if !waiting.isEmpty, running.count < CourierLimits.mailCommands { return 0 }
        return running.lazy.map(\.deadline).filter { $0 != .max }.min()
    }

    /// Puts a message in line.
    func accept(_ parcel: Parcel, for recipient: String) throws(CourierProblem) {
        guard !command.isEmpty else {
            throw CourierProblem(reason: "no sendmail command is configured")
        }
        // A dash in front would be an option of the command.
        guard !recipient.isEmpty, !recipient.hasPrefix("-"),
            recipient.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
        else { throw CourierProblem(reason: "the recipient of the mail is not valid") }
        guard waiting.count < CourierLimits.waitingPerEndpoint,
            waitingBytes + parcel.body.count <= CourierLimits.waitingBytes
        else { throw CourierProblem(reason: "too many deliveries wait for the sendmail command") }
        waitingBytes += parcel.body.count
        waiting.append((parcel, command.contains("-t") ? command : command + [recipient]))
    }

    /// Ends commands that have taken too long and starts others.
    func advance(at now: UInt64) {
        for job in running where job.deadline <= now {
            job.child.kill()
            let elapsed = now - job.startedAt
            answer(job, .failed(reason: "\(command[0]) was not done within \(elapsed) ms"), at: now)
            job.isAnswered = true
        }
        while running.count < CourierLimits.mailCommands, !waiting.isEmpty {
            let (parcel, words) = waiting.removeFirst()
            waitingBytes -= parcel.body.count
            start(parcel, words, at: now)
        }
    }

    private func start(_ parcel: Parcel, _ words: [String], at now: UInt64) {
        do throws(SystemError) {
            lastNumber += 1
            let job = Job(lastNumber, parcel, try ChildProcess(words: words), at: now)
            running.append(job)
            for part in Part.allCases { try watch(part, of: job) }
        } catch {
            guard let job = running.last, job.number == lastNumber else {
                // It was not even started.
                return results.append(parcel.number, .failed(reason: "\(error)"), elapsed: 0)
            }
            job.child.kill()
            answer(job, .failed(reason: "\(error)"), at: now)
            remove(job)
        }
    }

    /// Goes on with what an event of a command is about.
    func take(_ part: Part, of number: UInt64, space: ReadSpace, at now: UInt64) {
        guard let job = running.first(where: { $0.number == number }) else { return }
        switch part {
        case .input: write(job)
        case .errors: if !readErrors(of: job, space) { unwatch(.errors, of: job) }
        case .ending:
            guard let status = job.child.takeStatus() else { return }
            _ = readErrors(of: job, space)
            if !job.isAnswered { answer(job, MailRoom.result(of: job, status: status), at: now) }
            remove(job)
        }
    }

    private func write(_ job: Job) {
        while job.written < job.parcel.body.count {
            let rest = job.written
            switch job.parcel.body.withByteView({ job.child.write($0.dropFirst(rest)) }) {
            case .bytes(let count): job.written += count
            case .wouldBlock: return
            // It does not want the rest; its status will tell whether that is well.
            case .ended, .failed: job.written = job.parcel.body.count
            }
        }
        unwatch(.input, of: job)
        job.child.closeInput()
    }

    /// Keeps the front of what it says, and reads one piece at a time of what is beyond; false when
    /// there is no more to come.
    private func readErrors(of job: Job, _ space: ReadSpace) -> Bool {
        switch job.child.readErrors(into: space.space) {
        case .bytes(let count):
            job.errors += space.view(count).prefix(CourierLimits.bodyBytes - job.errors.count).array
            return true
        case .wouldBlock: return true
        case .ended, .failed: return false
        }
    }

    private static func result(of job: Job, status: Int) -> ParcelResult {
        if status == 0 { return .answered(status: 200, body: []) }
        let text = status < 128 ? "exit status \(status)" : "ended by signal \(status - 128)"
        return .answered(status: 500, body: job.errors.isEmpty ? Array(text.utf8) : job.errors)
    }

    private func answer(_ job: Job, _ result: ParcelResult, at now: UInt64) {
        results.append(job.parcel.number, result, elapsed: now - min(job.startedAt, now))
    }

    private func remove(_ job: Job) {
        for part in Part.allCases { unwatch(part, of: job) }
        running.removeAll { $0 === job }
    }

    // MARK: The poller

    private func watch(_ part: Part, of job: Job) throws(SystemError) {
        guard let descriptor = descriptor(part, of: job) else { return }
        try poller.add(
            descriptor, key: key(part, of: job), interest: part == .input ? .write : .read)
    }

    private func unwatch(_ part: Part, of job: Job) {
        guard let descriptor = descriptor(part, of: job) else { return }
        poller.remove(descriptor, key: key(part, of: job))
    }

    private func key(_ part: Part, of job: Job) -> UInt64 {
        EventKey.courier(.mail(part, of: job.number)).bits
    }

    private func descriptor(_ part: Part, of job: Job) -> Int32? {
        switch part {
        case .input: job.child.inputNumber
        case .errors: job.child.errorsNumber
        case .ending: job.child.endingNumber
        }
    }
}
