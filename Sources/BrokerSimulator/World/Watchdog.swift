import Glibc
import Synchronization

/// Notices when the broker loops for ever: then no step of the run ends any more, though the process
/// works. It says so, with the command that repeats the run, and ends the process.
final class Watchdog: Sendable {
    static let shared = Watchdog()

    /// How long a step may take, in seconds of the processor; it takes milliseconds.
    private static let limit = 10

    private let steps = Atomic<UInt64>(0)
    private let command = Mutex("")

    /// A step of a run begins.
    func step() { steps.add(1, ordering: .relaxed) }

    /// A run begins that `command` repeats.
    func watch(_ command: String) {
        self.command.withLock { $0 = command }
        step()
    }

    /// Begins to look, on a thread of its own.
    func start() {
        var thread = pthread_t()
        // Safe because the object is never freed.
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                unsafe Unmanaged<Watchdog>.fromOpaque(argument.unsafelyUnwrapped)
                    .takeUnretainedValue().look()
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        precondition(result == 0, "there is room for one thread")
    }

    private func look() {
        var last = steps.load(ordering: .relaxed)
        var began = Watchdog.processorSeconds
        while true {
            sleep(1)
            let count = steps.load(ordering: .relaxed)
            let now = Watchdog.processorSeconds
            if count != last {
                last = count
                began = now
            } else if now - began >= Watchdog.limit {
                print("VIOLATION stuck: the broker does not end what it does at one instant")
                print(command.withLock { $0 })
                exit(1)
            }
        }
    }

    /// The processor time of the process.
    private static var processorSeconds: Int {
        var time = timespec()
        // Safe because the structure outlives the call.
        _ = unsafe clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return time.tv_sec
    }
}
