import Glibc

/// The data directory, owned by this process for as long as the value lives.
struct DataDirectory {
    let directory: Directory
    private let lockFile: File

    /// Creates the directory when it is missing, and takes its lock.
    init(path: String) throws(OptionProblem) {
        directory = Directory(path: path)
        let isOurs: Bool
        do throws(SystemError) {
            try directory.create()
            lockFile = try File(path: directory.path(of: "lock"), flags: O_RDWR | O_CREAT)
            isOurs = try lockFile.lock()
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
}
