/// Why a journal cannot be opened or cannot go on.
public enum JournalError: Error, Sendable {
    /// The disk failed; final, because what reached it is unknown.
    case disk(DiskError)
    /// A file holds something that neither a clean stop nor a crash can leave behind.
    case damaged(Damage)
    /// The directory was written with another format version.
    case unknownFormat(version: UInt32, supported: UInt32)
    /// The directory was written with another segment size.
    case segmentSizeDiffers(written: UInt64, asked: UInt64)
    /// A record passed its checksum and the broker refused it.
    case recordRefused(Damage)

    /// What was found where, and what to do.
    public struct Damage: Hashable, Sendable {
        /// The name of the file.
        public var file: String
        /// Where in the file, in bytes.
        public var offset: UInt64
        /// What is wrong there.
        public var finding: String
        /// What the operator can do.
        public var remedy: String

        /// Damage at `offset` of `file`.
        public init(file: String, offset: UInt64, finding: String, remedy: String) {
            self.file = file
            self.offset = offset
            self.finding = finding
            self.remedy = remedy
        }
    }
}

extension JournalError: CustomStringConvertible {
    /// One line for the log.
    public var description: String {
        switch self {
        case .disk(let error):
            "disk: \(error.verb) of \(error.file) failed with error \(error.code)"
        case .damaged(let damage), .recordRefused(let damage):
            "\(damage.file) at byte \(damage.offset): \(damage.finding); \(damage.remedy)"
        case .unknownFormat(let version, let supported):
            "the data directory has format \(version), this program reads format \(supported)"
        case .segmentSizeDiffers(let written, let asked):
            "the data directory has segments of \(written) bytes, \(asked) were asked for"
        }
    }
}
