import CLinux
import Glibc

/// SIGTERM and SIGINT as a descriptor that a poller can watch.
final class Termination {
    private let descriptor: Descriptor

    /// Blocks both signals for this thread and all that it starts, and ignores SIGPIPE.
    init() throws(SystemError) {
        descriptor = try Descriptor(apus_termination_descriptor(), from: "signalfd")
    }

    /// The descriptor that becomes readable when a signal has arrived.
    var number: Int32 { descriptor.number }

    /// The name of the signal that has arrived; nil without one.
    func take() -> String? {
        var information = signalfd_siginfo()
        let size = MemoryLayout<signalfd_siginfo>.size
        // Safe because the kernel writes whole structures only.
        guard unsafe read(descriptor.number, &information, size) == size else { return nil }
        return information.ssi_signo == UInt32(SIGINT) ? "SIGINT" : "SIGTERM"
    }
}
