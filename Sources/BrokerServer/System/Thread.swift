import CLinux
import Glibc

/// A thread of the operating system.
///
/// Its body creates what it uses; the compiler refuses to smuggle in what is not Sendable.
struct Thread: ~Copyable {
    private final class Body {
        let name: String
        let run: () -> Void

        init(_ name: String, _ run: sending @escaping () -> Void) {
            self.name = name
            self.run = run
        }
    }

    private let thread: pthread_t

    /// Starts `body` on a new thread called `name` (at most 15 characters).
    init(name: String, body: sending @escaping () -> Void) throws(SystemError) {
        var thread = pthread_t()
        // Safe because the new thread takes over the only reference to its body.
        let box = unsafe Unmanaged.passRetained(Body(name, body))
        let result = unsafe pthread_create(
            &thread, nil,
            { argument in
                let body = unsafe Unmanaged<Body>.fromOpaque(argument.unsafelyUnwrapped)
                    .takeRetainedValue()
                unsafe apus_name_this_thread(body.name)
                body.run()
                return nil
            }, box.toOpaque())
        guard result == 0 else {
            unsafe box.release()
            throw SystemError("pthread_create", code: result)
        }
        self.thread = thread
    }

    /// Nobody waits for the thread: the system frees what it has when its body returns.
    deinit { pthread_detach(thread) }

    /// Waits until the body has returned.
    consuming func join() {
        // A thread is joined once, which consumes it.
        pthread_join(thread, nil)
        discard self
    }
}
