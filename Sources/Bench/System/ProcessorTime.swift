import Glibc

/// The processor time that processes have used, in nanoseconds.
enum ProcessorTime {
    /// Of all threads of the processes and of their children, as the scheduler accounts it.
    static func used(by processes: [Int32]) -> UInt64 {
        var total: UInt64 = 0
        for process in processes {
            for thread in SmallFile.names(in: "/proc/\(process)/task") {
                total += schedulerTime("/proc/\(process)/task/\(thread)/schedstat")
            }
        }
        return total
    }

    /// Of this process.
    static var own: UInt64 { Clock.read(CLOCK_PROCESS_CPUTIME_ID) }

    /// The process and its direct children.
    static func family(of process: Int32) -> [Int32] {
        let text = SmallFile.text("/proc/\(process)/task/\(process)/children") ?? ""
        return [process] + text.split(separator: " ").compactMap { Int32($0) }
    }

    /// The most memory the process has had resident, in bytes.
    static func peakResidentByteCount(of process: Int32) -> UInt64 {
        statusByteCount("VmHWM:", of: process)
    }

    /// The memory the process has resident, in bytes.
    static func residentByteCount(of process: Int32) -> UInt64 {
        statusByteCount("VmRSS:", of: process)
    }

    private static func statusByteCount(_ name: String, of process: Int32) -> UInt64 {
        for line in (SmallFile.text("/proc/\(process)/status") ?? "").split(separator: "\n")
        where line.hasPrefix(name) {
            let fields = line.split { $0 == " " || $0 == "\t" }
            return fields.count > 1 ? (UInt64(fields[1]) ?? 0) * 1024 : 0
        }
        return 0
    }

    /// The first field of schedstat: nanoseconds on a processor.
    private static func schedulerTime(_ path: String) -> UInt64 {
        let fields = (SmallFile.text(path) ?? "").split(separator: " ")
        return fields.first.flatMap { UInt64($0) } ?? 0
    }
}

/// Reads of the clocks, in nanoseconds.
enum Clock {
    static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        // Safe because the kernel writes one timespec.
        _ = unsafe clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    static func sleep(milliseconds: UInt32) { usleep(milliseconds * 1000) }

    /// Time that only goes forward.
    static var now: UInt64 { read(CLOCK_MONOTONIC) }
}
