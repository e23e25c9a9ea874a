import BrokerNode
import Bytes

/// Signs on a thread of its own, which begins with the first text, so that a server without
/// notifications never makes a key.
final class KeySigner: Signer {
    private enum Job: Sendable {
        case sign([UInt8], version: UInt8, ticket: UInt64)
        case finish
    }

    private enum Event: Sendable {
        case ready(SigningCertificate)
        case signed([UInt8], ticket: UInt64)
    }

    private let files: SigningFiles?
    private let identity: SigningIdentity?
    private let wake: Wake
    private let log: Log
    private let events: Mailbox<Event>
    private var jobs: Mailbox<Job>?
    private var thread: Thread?

    private(set) var certificate: SigningCertificate?

    /// A signer with the key that is kept in `directory`, or with one that will be made.
    ///
    /// - Parameters:
    ///   - directory: Nil to keep the key in memory.
    ///   - wake: Signalled when there are signatures.
    init(directory: Directory?, wake: Wake, log: Log) throws(OptionProblem) {
        files = directory.map { SigningFiles(directory: $0) }
        identity = try files?.read()
        self.wake = wake
        self.log = log
        events = Mailbox(wake: wake)
        certificate = identity.map { SigningCertificate($0) }
    }

    func sign(_ text: [UInt8], version: UInt8, ticket: UInt64) {
        startIfNeeded().post(.sign(text, version: version, ticket: ticket))
    }

    func takeSignatures(_ body: (_ ticket: UInt64, _ signature: [UInt8]) -> Void) {
        guard jobs != nil else { return }
        for event in events.takeAll() {
            switch event {
            case .ready(let certificate): self.certificate = certificate
            case .signed(let signature, let ticket): body(ticket, signature)
            }
        }
    }

    /// Ends the thread; what was not signed is not.
    func close() {
        jobs?.post(.finish)
        thread.take()?.join()
    }

    private func startIfNeeded() -> Mailbox<Job> {
        if let jobs { return jobs }
        do throws(SystemError) {
            let own = try Wake()
            let jobs = Mailbox<Job>(wake: own)
            let (files, identity, events, log) = (files, identity, events, log)
            thread = try Thread(name: "signer") {
                KeySigner.run(jobs, own, events, identity, files, log)
            }
            self.jobs = jobs
            return jobs
        } catch {
            preconditionFailure("the system has room for one more thread (\(error))")
        }
    }

    private static func run(
        _ jobs: Mailbox<Job>, _ wake: Wake, _ events: Mailbox<Event>, _ known: SigningIdentity?,
        _ files: SigningFiles?, _ log: Log
    ) {
        let identity = known ?? make(files, log)
        guard let key = RSAKey(pem: identity.keyPEM) else {
            preconditionFailure("a key that was read once can be read again")
        }
        events.post(.ready(SigningCertificate(identity)))
        while true {
            wake.sleep()
            wake.clear()
            for job in jobs.takeAll() {
                switch job {
                case .sign(let text, let version, let ticket):
                    events.post(.signed(key.sign(text, version: version), ticket: ticket))
                case .finish:
                    return
                }
            }
        }
    }

    private static func make(_ files: SigningFiles?, _ log: Log) -> SigningIdentity {
        let begun = SystemClock.monotonicMilliseconds()
        let identity = SigningIdentity.generate()
        let elapsed = SystemClock.monotonicMilliseconds() - begun
        log.info(
            "made a key for notifications", ("certificate", identity.certificatePath),
            ("milliseconds", "\(elapsed)"))
        do throws(SystemError) {
            try files?.write(identity)
        } catch {
            log.error(
                "key for notifications not kept, the next start will make another",
                ("reason", "\(error)"))
        }
        return identity
    }
}

extension SigningCertificate {
    fileprivate init(_ identity: SigningIdentity) {
        self.init(path: identity.certificatePath, pem: identity.certificatePEM)
    }
}
