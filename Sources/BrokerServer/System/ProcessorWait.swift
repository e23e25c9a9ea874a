/// How long a thread was ready to run and had no processor.
enum ProcessorWait {
    /// Of the calling thread since it began, as the scheduler accounts it; 0 where Linux does not.
    static func nanoseconds() -> UInt64 {
        guard let text = File.text(path: "/proc/thread-self/schedstat") else { return 0 }
        // On a processor, waiting for one, and how often: three numbers.
        let fields = text.split(separator: " ")
        return fields.count > 1 ? UInt64(fields[1]) ?? 0 : 0
    }
}
