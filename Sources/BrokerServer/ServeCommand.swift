import BrokerCore
import BrokerJournal
import BrokerNode
import BrokerProtocol
import CLinux
import Glibc

/// Why the server cannot start or go on.
enum ServeFailure: Error {
    /// What was asked for cannot be had: the user can change it.
    case options(OptionProblem)
    case system(SystemError)
    case journal(JournalError)
}

/// `apus serve`: puts the parts together, in the order in which they may fail.
struct ServeCommand {
    private let options: Options
    private let log: Log
    private let startedAt = SystemClock.monotonicMilliseconds()

    init(_ options: Options) {
        self.options = options
        log = Log(options.logLevel)
    }

    /// Serves until a signal comes; returns when everything is on disk.
    func run() throws(ServeFailure) {
        let trust = try readAuthorities()
        let credentials = try readCredentials()
        log.info("starting", ("version", NodeVersion.text), ("pid", "\(getpid())"))
        let termination: Termination
        let wake: Wake
        let poller: Poller
        do throws(SystemError) {
            termination = try Termination()
            wake = try Wake()
            poller = try makePoller(wake)
            try poller.add(termination.number, key: EventKey.termination.bits, interest: .read)
        } catch {
            throw .system(error)
        }
        let dataDirectory = try lockDataDirectory()
        let courier = HTTPCourier(
            poller: poller, wake: wake, trust: trust, sendmail: options.sendmail,
            connectionLimit: courierConnections)
        let workshop = try openWorkshop(in: dataDirectory, wake: wake)
        let shard = try recover(
            in: dataDirectory, wake: wake,
            seams: Seams(
                courier: courier, signer: workshop.signer, archive: workshop.archive,
                deliveryLog: workshop.reports))
        let doorway = try listen(options.port, isFirst: true, poller)
        let port = doorway.port
        shard.setLinkBase(options.snsURL ?? "http://localhost:\(port)")
        let limits = nodeLimits
        let quota = ConnectionQuota()
        let inbox = Mailbox<LoopParcel>(wake: wake)
        let table = makeTable(loop: 0, port: port, limits, quota, credentials)
        var others: [RemoteLoop] = []
        for number in 1..<max(options.loops, 1) {
            others.append(
                try startLoop(
                    number, port: port, limits: limits, quota: quota, credentials: credentials,
                    inbox: inbox))
        }
        announce(doorway)
        let loop = MainLoop(
            network: Network(poller: poller, doorway: doorway, table: table), wake: wake,
            termination: termination, shard: shard, courier: courier, inbox: inbox, others: others,
            limits: limits, log: log)
        do throws(JournalError) {
            try loop.run()
        } catch {
            throw .journal(error)
        }
        workshop.close()
        log.info("stopped")
    }

    // MARK: Storage

    /// Nil in memory mode, which has no directory.
    private func lockDataDirectory() throws(ServeFailure) -> DataDirectory? {
        guard options.durability != .memory else { return nil }
        do throws(OptionProblem) {
            return try DataDirectory(path: options.data)
        } catch {
            throw .options(error)
        }
    }

    private func recover(
        in dataDirectory: DataDirectory?, wake: Wake, seams: Seams
    ) throws(ServeFailure) -> Shard {
        let begun = SystemClock.monotonicMilliseconds()
        let disk: any Disk
        do throws(SystemError) {
            if let dataDirectory {
                disk = try FileDisk(
                    directory: dataDirectory.directory, wake: wake, commitPlace: commitPlace)
            } else {
                disk = MemoryDisk()
            }
        } catch {
            throw .system(error)
        }
        let shard: Shard
        do throws(JournalError) {
            try dataDirectory?.refuseToFoundBesideArchive()
            shard = try Shard(
                journal: Journal(disk: disk, settings: journalSettings), settings: shardSettings,
                seams: seams, wall: SystemClock.wallMilliseconds(), monotonic: begun)
        } catch {
            throw .journal(error)
        }
        log.info(
            "recovered", ("data", dataDirectory == nil ? "(memory)" : options.data),
            ("queues", "\(shard.inventory.queues)"), ("messages", "\(shard.inventory.messages)"),
            ("milliseconds", "\(SystemClock.monotonicMilliseconds() - begun)"))
        return shard
    }

    /// With further loops and a processor left for the disk's thread, or when nobody waits for a
    /// commit, the shard's thread has better to do.
    private var commitPlace: CommitPlace {
        guard case .commit = options.durability else { return CommitPlace(mayUseLoop: false) }
        return CommitPlace(mayUseLoop: options.loops == 1 || !hasProcessorLeft)
    }

    /// Whether there are more processors than loops.
    private var hasProcessorLeft: Bool { Int(apus_processor_count()) > options.loops }

    private var journalSettings: JournalSettings {
        var settings = JournalSettings()
        settings.segmentByteCount = options.segmentSize
        settings.memoryBudget = options.memoryBudget
        settings.diskBudget = options.diskBudget
        settings.snapshotInterval = options.snapshotInterval
        settings.createdAt = SystemClock.wallMilliseconds()
        settings.identity = KernelEntropy.word()
        settings.durability =
            switch options.durability {
            case .commit: .commit
            case .interval(let milliseconds): .interval(milliseconds: UInt64(milliseconds))
            case .memory: .memory
            }
        return settings
    }

    private var shardSettings: ShardSettings {
        var settings = ShardSettings()
        settings.broker.enforcesSixtySecondRules = options.enforcesSixtySecondRules
        settings.broker.segmentByteCount = options.segmentSize
        settings.entropySeed = (
            KernelEntropy.word(), KernelEntropy.word(), KernelEntropy.word()
        )
        settings.requestIDSeed = KernelEntropy.word()
        settings.loopCount = options.loops
        settings.endpoints.lambda = options.lambdaEndpoint
        settings.endpoints.firehose = options.firehoseEndpoint
        settings.endpoints.sms = options.smsGateway
        settings.endpoints.push = options.pushGateway
        return settings
    }

    // MARK: Deliveries

    private func openWorkshop(
        in dataDirectory: DataDirectory?, wake: Wake
    ) throws(ServeFailure) -> Workshop {
        do throws(OptionProblem) {
            return try Workshop(
                directory: dataDirectory?.directory, deliveryLog: options.deliveryLog, wake: wake,
                log: log)
        } catch {
            throw .options(error)
        }
    }

    private func readAuthorities() throws(ServeFailure) -> CourierTrust {
        do throws(CourierProblem) {
            return try CourierTrust(authorities: options.caBundle)
        } catch {
            throw .options(
                OptionProblem(
                    "--ca-bundle: \"\(options.caBundle ?? "system")\" cannot be used "
                        + "(\(error.reason)); allowed: system, or the path of a file of PEM "
                        + "certificates"))
        }
    }

    /// Nil when signatures are not checked.
    private func readCredentials() throws(ServeFailure) -> Credentials? {
        guard let path = options.credentials else { return nil }
        do throws(OptionProblem) {
            let credentials = try CredentialsFile.read(path: path, account: options.account)
            log.info("checking signatures", ("keys", "\(credentials.count)"))
            return credentials
        } catch {
            throw .options(error)
        }
    }

    /// Deliveries take no more than an eighth of the descriptors there are.
    private var courierConnections: Int {
        min(CourierLimits.connections, Int(apus_raise_file_limit() / 8))
    }

    // MARK: Network

    /// A poller that reports when `wake` was signalled.
    private func makePoller(_ wake: Wake) throws(SystemError) -> Poller {
        let poller = try Poller()
        try poller.add(wake.number, key: EventKey.wake.bits, interest: .read)
        return poller
    }

    private func listen(
        _ port: UInt16, isFirst: Bool, _ poller: Poller
    ) throws(ServeFailure) -> Doorway {
        let addresses = options.bind.compactMap { SocketAddress(host: $0, port: port) }
        do throws(OptionProblem) {
            return try Doorway(
                addresses: addresses, sharesPort: options.loops > 1,
                checksPort: isFirst && options.loops > 1 && port != 0, poller: poller, log: log)
        } catch {
            throw .options(error)
        }
    }

    /// Starts loop `number`, which is not the first, with listeners of its own.
    private func startLoop(
        _ number: Int, port: UInt16, limits: NodeLimits, quota: ConnectionQuota,
        credentials: Credentials?, inbox: Mailbox<LoopParcel>
    ) throws(ServeFailure) -> RemoteLoop {
        try RemoteLoop(
            number: number, inbox: inbox, gathers: !hasProcessorLeft
        ) { wake throws(ServeFailure) in
            let poller: Poller
            do throws(SystemError) {
                poller = try makePoller(wake)
            } catch {
                throw .system(error)
            }
            return Network(
                poller: poller, doorway: try listen(port, isFirst: false, poller),
                table: makeTable(loop: number, port: port, limits, quota, credentials))
        }
    }

    private func announce(_ doorway: Doorway) {
        let elapsed = SystemClock.monotonicMilliseconds() - startedAt
        for url in doorway.urls {
            log.info("listening", ("url", url), ("startMilliseconds", "\(elapsed)"))
        }
    }

    private func makeTable(
        loop: Int, port: UInt16, _ limits: NodeLimits, _ quota: ConnectionQuota,
        _ credentials: Credentials?
    ) -> ConnectionTable {
        var configuration = ProtocolConfiguration()
        configuration.region = options.region
        configuration.account = options.account
        configuration.queueURLStyle = options.queueURL
        configuration.host = "localhost:\(port)"
        return ConnectionTable(
            loop: loop, limits: limits,
            door: RequestDoor(
                configuration: configuration, offersReset: options.offersReset,
                verifier: credentials.map { SignatureVerifier(credentials: $0) }),
            requestIDs: RequestIDs(seed: KernelEntropy.word()), quota: quota,
            now: SystemClock.monotonicMilliseconds())
    }

    private var nodeLimits: NodeLimits {
        var limits = NodeLimits()
        limits.connections = options.maxConnections
        let descriptors = apus_raise_file_limit()
        let needed = UInt64(limits.connections + limits.refusedConnections)
        // Everything that is no connection of a client: files, deliveries, and a poller, a wake and
        // listeners a loop.
        let others = UInt64(
            64 + courierConnections + CourierLimits.mailCommands * MailRoom.Part.allCases.count
                + CourierLimits.lookupThreads * 2 + options.loops * (2 + options.bind.count))
        guard descriptors < needed + others else { return limits }
        let available = Int(descriptors) - Int(others)
        limits.refusedConnections = max(available / 10, 1)
        limits.connections = max(available - limits.refusedConnections, 1)
        // The default is what is usually possible, not what somebody needs.
        let level: Log.Level = options.maxConnections == Options().maxConnections ? .info : .warning
        log.write(
            level, "fewer connections than asked for",
            [
                ("asked", "\(options.maxConnections)"), ("served", "\(limits.connections)"),
                ("fileLimit", "\(descriptors)"),
            ])
        return limits
    }
}
