import BrokerJournal
import Glibc

/// The data directory, owned by this process for as long as the value lives.
struct DataDirectory {
    let directory: Directory
    private let lockFile: File
    /// Locked as well, so that removing the file lets nobody else in; nil where the file system
    /// has no locks for directories.
    private let lockedDirectory: File?

    /// Creates the directory when it is missing, and takes its lock.
    init(path: String) throws(OptionProblem) {
        directory = Directory(path: path)
        let isOurs: Bool
        do throws(SystemError) {
            try directory.create()
            lockFile = try File(path: directory.path(of: "lock"), flags: O_RDWR | O_CREAT)
            let opened = try File(path: path, flags: O_RDONLY | O_DIRECTORY)
            let isDirectoryOurs = try? opened.lock()
            lockedDirectory = isDirectoryOurs == nil ? nil : opened
            isOurs = try lockFile.lock() && isDirectoryOurs != false
        } catch {
            throw OptionProblem(
                "--data: \"\(path)\" cannot be used (\(error)); allowed: a directory that this "
                    + "user can write")
        }
        guard isOurs else {
            throw OptionProblem(
                "--data: \"\(path)\" is in use by another apus process; allowed: a directory of "
                    + "its own for each process")
        }
    }

    /// Refuses a directory that has lost its journal: an empty one would be founded, and the archive,
    /// whose topics it does not know, cleared.
    func refuseToFoundBesideArchive() throws(JournalError) {
        let manifest = DiskFile(.manifest).name
        guard File.holdsSomething(path: directory.path(of: SQLiteArchive.fileName)),
            !File.exists(path: directory.path(of: manifest))
        else { return }
        throw .damaged(
            .init(
                file: manifest, offset: 0,
                finding: "it is not there, though \(SQLiteArchive.fileName) is",
                remedy: "restore the data directory from a copy, or start with an empty one"))
    }
}
