import Bytes

/// Where the broker's records go: the journal in a running node, an array in a test.
public protocol RecordSink: AnyObject {
    /// Appends one record and returns where it stands.
    ///
    /// - Parameters:
    ///   - type: What kind of record it is; see `RecordType`.
    ///   - head: The first part of the payload.
    ///   - body: The second part, stored directly after the first; often empty.
    func append(type: UInt8, head: ByteView, body: ByteView) -> JournalPosition
}
