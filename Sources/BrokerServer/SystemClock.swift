import Glibc

/// The clocks of Linux.
enum SystemClock {
    /// Milliseconds since 1970, on the wall clock.
    static func wallMilliseconds() -> UInt64 { read(CLOCK_REALTIME) / 1_000_000 }

    /// Milliseconds of the clock that never goes back.
    static func monotonicMilliseconds() -> UInt64 { monotonicNanoseconds() / 1_000_000 }

    /// Nanoseconds of the clock that never goes back; it goes on while the machine sleeps.
    static func monotonicNanoseconds() -> UInt64 { read(CLOCK_BOOTTIME) }

    /// Nanoseconds that the calling thread had a processor.
    static func threadNanoseconds() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

    private static func read(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        // Safe because the variable outlives the call.
        let result = unsafe clock_gettime(clock, &time)
        precondition(result == 0, "Linux has had these clocks since version 2.6.39")
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
