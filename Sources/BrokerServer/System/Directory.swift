import Glibc

/// A directory of files, by path.
struct Directory: Sendable {
    let path: String

    /// The directory at `path`, which may not exist yet.
    init(path: String) { self.path = path }

    /// The path of the file `name` in it.
    func path(of name: String) -> String { path + "/" + name }

    /// Whether it exists.
    var exists: Bool {
        var status = stat()
        // Safe because the variable outlives the call.
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Creates it and the directories above it that are missing.
    func create() throws(SystemError) {
        var built = path.hasPrefix("/") ? "/" : ""
        for part in path.split(separator: "/") {
            built += (built.isEmpty || built.hasSuffix("/") ? "" : "/") + part
            guard unsafe mkdir(built, 0o755) != 0 else { continue }
            guard errno == EEXIST else { throw SystemError("mkdir") }
        }
        guard exists else { throw SystemError("mkdir", code: ENOTDIR) }
    }

    /// The names and lengths of the files in it, in any order.
    func files() throws(SystemError) -> [(name: String, byteCount: UInt64)] {
        guard let stream = unsafe opendir(path) else { throw SystemError("opendir") }
        defer { unsafe closedir(stream) }
        var found: [(name: String, byteCount: UInt64)] = []
        errno = 0
        while let entry = unsafe readdir(stream) {
            // Safe because an entry holds a name that ends with a zero byte.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            var status = stat()
            if unsafe stat(self.path(of: name), &status) == 0, status.st_mode & S_IFMT == S_IFREG {
                found.append((name, UInt64(status.st_size)))
            }
            errno = 0
        }
        guard errno == 0 else { throw SystemError("readdir") }
        return found
    }

    /// Makes the names in it durable.
    func sync() throws(SystemError) {
        let directory = try File(path: path, flags: O_RDONLY | O_DIRECTORY)
        try directory.syncAll()
    }

    /// Renames a file, replacing the target if there is one.
    func rename(_ name: String, to target: String) throws(SystemError) {
        guard unsafe Glibc.rename(path(of: name), path(of: target)) == 0 else {
            throw SystemError("rename")
        }
        try sync()
    }

    /// Removes a file; one that is not there is no error.
    func remove(_ name: String) throws(SystemError) {
        guard unsafe unlink(path(of: name)) != 0 else { return }
        guard errno == ENOENT else { throw SystemError("unlink") }
    }
}
