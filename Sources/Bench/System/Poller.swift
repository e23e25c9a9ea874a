import CLinux
import Glibc

/// Tells which of the registered sockets can be read or written: epoll, level-triggered.
@safe
final class Poller {
    private let descriptor: Descriptor
    private let events: UnsafeMutablePointer<epoll_event>
    private static let eventLimit = 1024

    init() throws(SystemError) {
        let number = epoll_create1(Int32(EPOLL_CLOEXEC))
        guard number >= 0 else { throw SystemError("epoll_create1") }
        descriptor = Descriptor(number)
        unsafe events = .allocate(capacity: Poller.eventLimit)
    }

    deinit { unsafe events.deallocate() }

    /// Registers a socket under an index.
    func add(_ socket: Int32, index: Int) throws(SystemError) {
        try control(EPOLL_CTL_ADD, socket, index: index, awaitsWriting: false)
    }

    /// Chooses whether the socket is also told about when it can be written.
    func set(_ socket: Int32, index: Int, awaitsWriting: Bool) throws(SystemError) {
        try control(EPOLL_CTL_MOD, socket, index: index, awaitsWriting: awaitsWriting)
    }

    /// Forgets a socket that is about to close.
    func remove(_ socket: Int32) {
        _ = epoll_ctl(descriptor.number, EPOLL_CTL_DEL, socket, nil)
    }

    private func control(
        _ operation: Int32, _ socket: Int32, index: Int, awaitsWriting: Bool
    ) throws(SystemError) {
        var event = unsafe epoll_event()
        unsafe event.events =
            EPOLLIN.rawValue | (awaitsWriting ? EPOLLOUT.rawValue : 0)
        unsafe event.data.u64 = UInt64(index)
        guard unsafe epoll_ctl(descriptor.number, operation, socket, &event) == 0 else {
            throw SystemError("epoll_ctl")
        }
    }

    /// Waits at most `milliseconds` and returns how many sockets are ready.
    func wait(milliseconds: Int32) -> Int {
        // Safe because the kernel writes at most `eventLimit` events into memory of that size.
        let count = unsafe epoll_wait(
            descriptor.number, events, Int32(Poller.eventLimit), milliseconds)
        return max(0, Int(count))
    }

    /// Waits at most so many nanoseconds and returns how many sockets are ready.
    func wait(nanoseconds: UInt64) -> Int {
        // Safe because the kernel writes at most `eventLimit` events into memory of that size.
        let count = unsafe apus_wait_nanoseconds(
            descriptor.number, events, Int32(Poller.eventLimit), nanoseconds)
        return max(0, Int(count))
    }

    /// The index of the `position`th ready socket of the last wait.
    func readyIndex(_ position: Int) -> Int {
        precondition(position >= 0 && position < Poller.eventLimit, "position within the events")
        return unsafe Int(events[position].data.u64)
    }
}
