import Glibc

@testable import BrokerServer

/// A directory of its own for one test, removed with everything in it.
final class TemporaryDirectory {
    let directory: Directory

    init() throws {
        let base = getpid()
        let name = "/tmp/apus-test-\(base)-\(SystemClock.monotonicNanoseconds())"
        directory = Directory(path: name)
        try directory.create()
    }

    deinit {
        for file in (try? directory.files()) ?? [] { try? directory.remove(file.name) }
        _ = unsafe rmdir(directory.path)
    }
}
