import CLinux
import Glibc

/// epoll, level-triggered.
///
/// Each descriptor is watched under a key that its owner chose; keys of connections carry a
/// generation, so that an event of a closed connection never reaches its successor in the slot.
/// Events that a turn has no time for stay here and are the first of the next turn. The kernel would
/// tell of them again, but behind those of whoever sends more meanwhile.
@safe
final class Poller {
    /// What an owner waits for.
    struct Interest: OptionSet {
        let rawValue: UInt32
        static let read = Interest(rawValue: EPOLLIN.rawValue)
        static let write = Interest(rawValue: EPOLLOUT.rawValue)
        /// The peer has finished sending.
        static let peerFinished = Interest(rawValue: EPOLLRDHUP.rawValue)
    }

    /// What happened on one descriptor.
    struct Event {
        let key: UInt64
        fileprivate let bits: UInt32

        var isReadable: Bool { bits & EPOLLIN.rawValue != 0 }
        var isWritable: Bool { bits & EPOLLOUT.rawValue != 0 }
        /// The peer has finished sending; it may still read.
        var peerFinished: Bool { bits & EPOLLRDHUP.rawValue != 0 }
        /// Nothing can be exchanged any more.
        var isBroken: Bool { bits & (EPOLLERR.rawValue | EPOLLHUP.rawValue) != 0 }
    }

    private let descriptor: Descriptor
    private var events: [epoll_event]
    /// The events of the last wait that nobody has taken.
    private var left = 0..<0

    /// A poller that fetches at most `capacity` events at a time.
    init(capacity: Int = 128) throws(SystemError) {
        descriptor = try Descriptor(epoll_create1(Int32(EPOLL_CLOEXEC)), from: "epoll_create1")
        unsafe events = [epoll_event](repeating: epoll_event(), count: capacity)
    }

    /// Starts to watch `number` under `key`.
    func add(_ number: Int32, key: UInt64, interest: Interest) throws(SystemError) {
        guard control(EPOLL_CTL_ADD, number, key, interest) == 0 else {
            throw SystemError("epoll_ctl")
        }
    }

    /// Stops to watch `number`; what has happened under its `key` is of no interest any more.
    func remove(_ number: Int32, key: UInt64) {
        _ = control(EPOLL_CTL_DEL, number, 0, [])
        for index in left where unsafe events[index].data.u64 == key {
            unsafe events[index].events = 0
        }
    }

    /// Changes what is waited for on `number`.
    func modify(_ number: Int32, key: UInt64, interest: Interest) {
        let result = control(EPOLL_CTL_MOD, number, key, interest)
        precondition(result == 0, "only watched descriptors change their interest")
    }

    private func control(
        _ operation: Int32, _ number: Int32, _ key: UInt64, _ interest: Interest
    ) -> Int32 {
        // Safe because the kernel copies the event during the call.
        var event = unsafe epoll_event(events: interest.rawValue, data: epoll_data_t(u64: key))
        return unsafe epoll_ctl(descriptor.number, operation, number, &event)
    }

    /// Whether events of the last wait are left.
    var hasEvents: Bool { !left.isEmpty }

    /// Sleeps until something happens or `milliseconds` have passed (nil: for ever). No event may be
    /// left.
    func wait(milliseconds: Int32?) {
        precondition(left.isEmpty, "events are taken before others are fetched")
        let number = descriptor.number
        let result = unsafe events.withUnsafeMutableBufferPointer { buffer in
            // Safe because the kernel writes at most as many events as the buffer holds.
            unsafe epoll_wait(number, buffer.baseAddress, Int32(buffer.count), milliseconds ?? -1)
        }
        precondition(result >= 0 || errno == EINTR, "epoll_wait is only ever interrupted")
        left = 0..<max(Int(result), 0)
    }

    /// Takes the next event of the last wait; nil when none is left.
    func takeEvent() -> Event? {
        while let index = left.first {
            left = (index + 1)..<left.upperBound
            let event = unsafe Event(key: events[index].data.u64, bits: events[index].events)
            if event.bits != 0 { return event }
        }
        return nil
    }
}
