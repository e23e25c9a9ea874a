import BrokerNode
import Glibc

/// The listeners of one loop and how connections come in through them.
final class Doorway {
    private final class Entry {
        let listener: Listener
        init(_ listener: consuming Listener) { self.listener = listener }
    }

    /// How long nothing is accepted after the system ran out of descriptors.
    private static let pauseMilliseconds: UInt64 = 100
    /// How often that is told.
    private static let complaintMilliseconds: UInt64 = 10_000

    private let poller: Poller
    private let log: Log
    private var entries: [Entry] = []
    private var resumesAt: UInt64?
    private var complainsAgainAt: UInt64 = 0

    /// Listens on every address and reports to `poller`.
    ///
    /// - Parameters:
    ///   - sharesPort: Whether other loops of this process listen on the same addresses.
    ///   - checksPort: Whether somebody else must not listen there; for the first of those loops.
    init(
        addresses: [SocketAddress], sharesPort: Bool, checksPort: Bool, poller: Poller, log: Log
    ) throws(OptionProblem) {
        self.poller = poller
        self.log = log
        for (index, address) in addresses.enumerated() {
            do throws(SystemError) {
                if checksPort { try Listener.checkIsFree(address) }
                let entry = Entry(try Listener(address, sharesPort: sharesPort))
                try poller.add(
                    entry.listener.number, key: EventKey.listener(index).bits, interest: .read)
                entries.append(entry)
            } catch {
                throw OptionProblem(
                    "--bind, --port: cannot listen on \(address.authority(port: address.port)) "
                        + "(\(error)); allowed: an address of this machine with a free port")
            }
        }
    }

    /// Where clients find the server.
    var urls: [String] {
        entries.map { "http://" + $0.listener.address.authority(port: $0.listener.port) }
    }

    /// The port of the first listener.
    var port: UInt16 { entries.first?.listener.port ?? 0 }

    /// When `resume` has to be called; nil when nothing is paused.
    var nextDeadline: UInt64? { resumesAt }

    /// Takes in the connections that wait at a listener, one and others as long as there is time; an
    /// event tells of those that still wait.
    func accept(
        at index: Int, into table: ConnectionTable, now: UInt64, while hasTime: () -> Bool
    ) {
        guard index < entries.count else { return }
        do throws(SystemError) {
            repeat {
                guard let socket = try entries[index].listener.accept() else { return }
                try takeIn(socket, into: table, now: now)
            } while hasTime()
        } catch {
            if now >= complainsAgainAt {
                log.warning("connection not accepted", ("reason", "\(error)"))
                complainsAgainAt = now + Doorway.complaintMilliseconds
            }
            pause(until: now + Doorway.pauseMilliseconds)
        }
    }

    private func takeIn(
        _ socket: consuming Socket, into table: ConnectionTable, now: UInt64
    ) throws(SystemError) {
        let token = table.nextToken
        let wire = try SocketWire(socket, token: token, poller: poller)
        table.open(wire, as: token, at: now)
    }

    /// Out of descriptors, the event of the listener would come again at once.
    private func pause(until instant: UInt64) {
        resumesAt = instant
        watch([])
    }

    /// Accepts again when the pause is over.
    func resume(at now: UInt64) {
        guard let instant = resumesAt, instant <= now else { return }
        resumesAt = nil
        watch(.read)
    }

    private func watch(_ interest: Poller.Interest) {
        for (index, entry) in entries.enumerated() {
            poller.modify(
                entry.listener.number, key: EventKey.listener(index).bits, interest: interest)
        }
    }

    /// Accepts nothing any more; clients are refused by the kernel.
    func close() {
        resumesAt = nil
        entries.removeAll()
    }
}
