import BrokerNode
import Bytes
import CLinux
import Glibc

/// A program that was started to take something on its standard input.
///
/// Three descriptors tell of it, all for a poller: its input takes bytes, its errors have some, it has
/// ended. Whoever starts one asks for its status when it has ended, or it stays a zombie.
final class ChildProcess {
    private let process: Int32
    private var input: Descriptor?
    private let errors: Descriptor
    private let ending: Descriptor

    /// The descriptor that takes its input; nil when it was closed.
    private(set) var inputNumber: Int32?

    /// Starts the program `words[0]`, found by PATH, with those arguments.
    init(words: [String]) throws(SystemError) {
        var child = apus_child()
        // Safe because every word was allocated by strdup, or is nil, and the child has a copy.
        var list = unsafe words.map { unsafe strdup($0) }
        unsafe list.append(nil)
        defer { unsafe list.forEach { unsafe free($0) } }
        let failure = unsafe apus_spawn(list, &child)
        guard failure == 0 else { throw SystemError(words[0], code: failure) }
        process = child.process
        input = try Descriptor(child.input, from: "pipe2")
        errors = try Descriptor(child.errors, from: "pipe2")
        ending = try Descriptor(child.ending, from: "pidfd_open")
        inputNumber = child.input
    }

    /// The descriptor that its errors are read from.
    var errorsNumber: Int32 { errors.number }

    /// The descriptor that is readable when it has ended.
    var endingNumber: Int32 { ending.number }

    /// Writes as much of `bytes` to its input as it takes now.
    func write(_ bytes: ByteView) -> WireTransfer {
        guard let number = inputNumber else { return .failed }
        // Safe because the kernel reads exactly the bytes of the view.
        let count = unsafe bytes.withUnsafeBytes { buffer in
            unsafe Glibc.write(number, buffer.baseAddress, buffer.count)
        }
        return outcome(count) ?? .failed
    }

    /// Tells it that its input has ended.
    func closeInput() {
        inputNumber = nil
        input = nil
    }

    /// Reads what it has written to its errors.
    func readErrors(into space: MutableByteView) -> WireTransfer {
        let count = unsafe space.withUnsafeMutableBytes { buffer in
            // Safe because the kernel writes at most as many bytes as the buffer holds.
            unsafe Glibc.read(errors.number, buffer.baseAddress, buffer.count)
        }
        return count == 0 ? .ended : outcome(count) ?? .failed
    }

    /// Its exit status, 128 and more when a signal ended it; nil while it runs. Once it was given
    /// nothing else may be asked.
    func takeStatus() -> Int? {
        let status = apus_process_status(process)
        return status < 0 ? nil : Int(status)
    }

    /// Ends it at once, with everything it has started.
    func kill() { _ = Glibc.kill(-process, SIGKILL) }

    private func outcome(_ count: Int) -> WireTransfer? {
        if count >= 0 { return .bytes(count) }
        return errno == EAGAIN || errno == EINTR ? .wouldBlock : nil
    }
}
