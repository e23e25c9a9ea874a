import CLinux

/// What this process may have of the system.
enum ProcessLimits {
    /// Allows as many open files as the system lets it have.
    static func raiseFileLimit() { _ = apus_raise_file_limit() }
}
