import CLinux
import Glibc

/// An eventfd: how one thread wakes another that sleeps.
final class Wake: Sendable {
    private let descriptor: Descriptor

    /// A wake that nobody has signalled.
    init() throws(SystemError) {
        descriptor = try Descriptor(
            eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC)), from: "eventfd")
    }

    /// The descriptor that becomes readable when signalled.
    var number: Int32 { descriptor.number }

    /// Makes the descriptor readable.
    func signal() { eventfd_write(descriptor.number, 1) }

    /// Makes the descriptor unreadable until the next signal.
    func clear() {
        var count: eventfd_t = 0
        // Safe because the variable outlives the call.
        _ = unsafe eventfd_read(descriptor.number, &count)
    }

    /// Sleeps until the descriptor is readable, at most `milliseconds` (nil: for ever), and leaves
    /// it so.
    func sleep(milliseconds: Int32? = nil) {
        var entry = pollfd(fd: descriptor.number, events: Int16(POLLIN), revents: 0)
        // Safe because exactly one entry is passed.
        _ = Descriptor.retrying { unsafe poll(&entry, 1, milliseconds ?? -1) }
    }
}
