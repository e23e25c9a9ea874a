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
    /// Descriptors for everything that is no connection.
    private static let spareDescriptors: UInt64 = 64

    private let options: Options
    private let log: Log
    private let startedAt = SystemClock.monotonicMilliseconds()

    init(_ options: Options) {
        self.options = options
        log = Log(options.logLevel)
    }

    /// Serves until a signal comes; returns when everything is on disk.
    func run() throws(ServeFailure) {
        log.info("starting", ("version", NodeVersion.text), ("pid", "\(getpid())"))
        let termination: Termination
        let wake: Wake
        let poller: Poller
        do throws(SystemError) {
            termination = try Termination()
            wake = try Wake()
            poller = try Poller()
            try poller.add(wake.number, key: EventKey.wake.bits, interest: .read)
            try poller.add(termination.number, key: EventKey.termination.bits, interest: .read)
        } catch {
            throw .system(error)
        }
        let dataDirectory = try lockDataDirectory()
        let shard = try recover(in: dataDirectory, wake: wake)
        let doorway = try listen(poller)
        announce(doorway)
        let loop = MainLoop(
            poller: poller, wake: wake, termination: termination, doorway: doorway,
            table: makeTable(port: doorway.port), shard: shard, log: log)
        do throws(JournalError) {
            try loop.run()
        } catch {
            throw .journal(error)
        }
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
        in dataDirectory: DataDirectory?, wake: Wake
    ) throws(ServeFailure) -> Shard {
        let begun = SystemClock.monotonicMilliseconds()
        let disk: any Disk
        do throws(SystemError) {
            if let dataDirectory {
                disk = try FileDisk(directory: dataDirectory.directory, wake: wake)
            } else {
                disk = MemoryDisk()
            }
        } catch {
            throw .system(error)
        }
        let shard: Shard
        do throws(JournalError) {
            shard = try Shard(
                journal: Journal(disk: disk, settings: journalSettings), settings: shardSettings,
                wall: SystemClock.wallMilliseconds(), monotonic: begun)
        } catch {
            throw .journal(error)
        }
        log.info(
            "recovered", ("data", dataDirectory == nil ? "(memory)" : options.data),
            ("queues", "\(shard.inventory.queues)"), ("messages", "\(shard.inventory.messages)"),
            ("milliseconds", "\(SystemClock.monotonicMilliseconds() - begun)"))
        return shard
    }

    private var journalSettings: JournalSettings {
        var settings = JournalSettings()
        settings.identity = KernelEntropy.word()
        settings.segmentByteCount = options.segmentSize
        settings.memoryBudget = options.memoryBudget
        settings.diskBudget = options.diskBudget
        settings.snapshotInterval = options.snapshotInterval
        settings.createdAt = SystemClock.wallMilliseconds()
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
        settings.loopCount = 1
        return settings
    }

    // MARK: Network

    private func listen(_ poller: Poller) throws(ServeFailure) -> Doorway {
        let addresses = options.bind.compactMap { SocketAddress(host: $0, port: options.port) }
        do throws(OptionProblem) {
            return try Doorway(addresses: addresses, sharesPort: false, poller: poller, log: log)
        } catch {
            throw .options(error)
        }
    }

    private func announce(_ doorway: Doorway) {
        let elapsed = SystemClock.monotonicMilliseconds() - startedAt
        for url in doorway.urls {
            log.info("listening", ("url", url), ("startMilliseconds", "\(elapsed)"))
        }
    }

    private func makeTable(port: UInt16) -> ConnectionTable {
        var configuration = ProtocolConfiguration()
        configuration.region = options.region
        configuration.account = options.account
        configuration.queueURLStyle = options.queueURL
        configuration.host = "localhost:\(port)"
        return ConnectionTable(
            loop: 0, limits: nodeLimits,
            door: RequestDoor(configuration: configuration, offersReset: options.offersReset),
            requestIDs: RequestIDs(seed: KernelEntropy.word()),
            now: SystemClock.monotonicMilliseconds())
    }

    private var nodeLimits: NodeLimits {
        var limits = NodeLimits()
        limits.connections = options.maxConnections
        let descriptors = apus_raise_file_limit()
        let needed = UInt64(limits.connections + limits.refusedConnections)
        guard descriptors < needed + ServeCommand.spareDescriptors else { return limits }
        let available = Int(descriptors) - Int(ServeCommand.spareDescriptors)
        limits.refusedConnections = max(available / 10, 1)
        limits.connections = max(available - limits.refusedConnections, 1)
        log.warning(
            "fewer connections than asked for", ("asked", "\(options.maxConnections)"),
            ("served", "\(limits.connections)"), ("fileLimit", "\(descriptors)"))
        return limits
    }
}
