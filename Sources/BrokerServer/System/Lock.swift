import Glibc

/// A value that threads share, behind a mutex of the system.
///
/// The standard library's `Mutex` would do, but where threads contend for it the kernel hands it over
/// unseen by the thread sanitizer, which then takes order for a race. This one costs no more.
@safe
final class Lock<Value: Sendable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    /// Touched only while the mutex is held.
    private var value: Value

    /// Guards `value`.
    init(_ value: Value) {
        self.value = value
        unsafe mutex = .allocate(capacity: 1)
        // Safe because the memory was just allocated for it.
        let result = unsafe pthread_mutex_init(mutex, nil)
        precondition(result == 0, "a plain mutex needs nothing from the system")
    }

    deinit {
        // Safe because nobody else knows of the mutex any more.
        unsafe pthread_mutex_destroy(mutex)
        unsafe mutex.deallocate()
    }

    /// Calls `body` with the value while no other thread has it.
    func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
        // Safe because the mutex lives as long as this object.
        unsafe pthread_mutex_lock(mutex)
        defer { unsafe pthread_mutex_unlock(mutex) }
        return body(&value)
    }
}
