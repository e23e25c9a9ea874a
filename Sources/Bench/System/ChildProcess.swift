import Glibc

/// A program that the bench started and ends.
final class ChildProcess {
    let identifier: Int32
    private var isRunning = true

    /// Starts a program by path, with its output and errors going to a file.
    init(_ path: String, arguments: [String], outputPath: String) throws(SystemError) {
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(
            &actions, 1, outputPath, O_WRONLY | O_CREAT | O_APPEND, 0o644)
        unsafe posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words = unsafe ([path] + arguments).map { unsafe strdup($0) }
        unsafe words.append(nil)
        // Safe because every word was allocated by strdup above, or is nil.
        defer { unsafe words.forEach { unsafe free($0) } }
        // A group of its own: what the keyboard says to us it does not hear.
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        unsafe posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        var process: pid_t = 0
        let result = unsafe posix_spawn(&process, path, &actions, &attributes, words, environ)
        guard result == 0 else { throw SystemError("start \(path)", number: result) }
        identifier = process
    }

    deinit { stop() }

    /// Whether it has not ended by itself.
    func checkRunning() -> Bool {
        guard isRunning else { return false }
        var status: Int32 = 0
        isRunning = unsafe waitpid(identifier, &status, WNOHANG) == 0
        return isRunning
    }

    /// Ends it at once, as a failure of power would.
    func kill() {
        guard checkRunning() else { return }
        Glibc.kill(identifier, SIGKILL)
        var status: Int32 = 0
        _ = unsafe waitpid(identifier, &status, 0)
        isRunning = false
    }

    /// Ends it with SIGTERM, and with SIGKILL when that does not help within five seconds.
    func stop() {
        guard checkRunning() else { return }
        Glibc.kill(identifier, SIGTERM)
        for _ in 0..<500 {
            guard checkRunning() else { return }
            usleep(10_000)
        }
        kill()
    }
}

/// A directory that is removed with everything in it.
final class TemporaryDirectory {
    let path: String

    /// Where such directories are made.
    static var base: String {
        unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    }

    init() throws(SystemError) {
        let base = TemporaryDirectory.base
        var template = Array("\(base)/apus-bench-XXXXXX".utf8CString)
        let made = unsafe template.withUnsafeMutableBufferPointer { buffer -> String? in
            // Safe because the template is terminated and stays in place during the call.
            unsafe mkdtemp(buffer.baseAddress.unsafelyUnwrapped).map { unsafe String(cString: $0) }
        }
        guard let made else { throw SystemError("mkdtemp in \(base)") }
        path = made
    }

    deinit { TemporaryDirectory.remove(path) }

    private static func remove(_ path: String) {
        for name in SmallFile.names(in: path) {
            let inner = "\(path)/\(name)"
            if unsafe unlink(inner) != 0 { remove(inner) }
        }
        unsafe rmdir(path)
    }
}
