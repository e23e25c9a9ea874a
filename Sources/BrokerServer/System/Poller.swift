import CLinux
import Glibc

/// epoll, level-triggered.
///
/// Each descriptor is watched under a key that its owner chose; keys of connections carry a
/// generation, so that an event of a closed connection never reaches its successor in the slot.
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
    private var ready = 0

    /// A poller that reports at most `capacity` events at a time. To read a request, answer it and
    /// wake its client takes up to fifteen microseconds, most of them in the kernel.
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

    /// Stops to watch `number`.
    func remove(_ number: Int32) { _ = control(EPOLL_CTL_DEL, number, 0, []) }

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

    /// Sleeps until something happens or `milliseconds` have passed (nil: for ever), and returns
    /// how many events there are.
    func wait(milliseconds: Int32?) -> Int {
        let number = descriptor.number
        let result = unsafe events.withUnsafeMutableBufferPointer { buffer in
            // Safe because the kernel writes at most as many events as the buffer holds.
            unsafe epoll_wait(number, buffer.baseAddress, Int32(buffer.count), milliseconds ?? -1)
        }
        precondition(result >= 0 || errno == EINTR, "epoll_wait is only ever interrupted")
        ready = max(Int(result), 0)
        return ready
    }

    /// The event at `index` of the last wait.
    func event(_ index: Int) -> Event {
        precondition(index < ready, "only events of the last wait")
        return unsafe Event(key: events[index].data.u64, bits: events[index].events)
    }
}
