import Glibc

/// The variables that the process was started with.
enum Environment {
    /// The value of `name`; nil when it is not set.
    static func value(_ name: String) -> String? {
        // Safe because nothing in this program changes the environment.
        guard let value = unsafe getenv(name) else { return nil }
        return unsafe String(cString: value)
    }
}
