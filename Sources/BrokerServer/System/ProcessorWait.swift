/// How long the thread that made this was ready to run and had no processor.
final class ProcessorWait {
    private let file: File?

    /// Asks the scheduler about the calling thread from now on.
    init() {
        do {
            file = try File(path: "/proc/thread-self/schedstat", flags: File.readOnly)
        } catch {
            file = nil
        }
    }

    /// Since the thread began; 0 where Linux does not keep account.
    func nanoseconds() -> UInt64 {
        // On a processor, waiting for one, and how often: three numbers.
        let fields = (file?.text() ?? "").split(separator: " ")
        return fields.count > 1 ? UInt64(fields[1]) ?? 0 : 0
    }
}
