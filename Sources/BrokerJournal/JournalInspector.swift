import Bytes

/// Reads a journal's directory without opening it, for `apus journal inspect` and `verify`.
public struct JournalInspector {
    private let disk: any Disk
    private let nameOfType: (UInt8) -> String

    /// An inspector of the directory behind `disk`; `nameOfType` names the broker's record types.
    public init(disk: any Disk, nameOfType: @escaping (UInt8) -> String) {
        self.disk = disk
        self.nameOfType = nameOfType
    }

    /// Writes a line for each file, batch, record type and total; with `records`, for each record.
    public func inspect(records: Bool = false, write: (String) -> Void) throws(JournalError) {}

    /// Checks every checksum and link, writes a line for each problem and a verdict; true when all
    /// is well.
    public func verify(write: (String) -> Void) throws(JournalError) -> Bool { true }
}
