extension JournalError.Damage {
    private static let restore =
        "restore the data directory from a copy, or start with an empty one; "
        + "`apus journal verify` tells what can be read"

    /// The manifest is not as it should be.
    static func manifest(_ finding: String) -> Self {
        Self(file: DiskFile(.manifest).name, offset: 0, finding: finding, remedy: restore)
    }

    /// A record is not what was written there.
    static func record(
        in file: DiskFile, at offset: UInt64, _ finding: RecordFinding
    ) -> Self {
        let found =
            switch finding {
            case .record: "a record of another length"
            case .needs: "the end of the file"
            case .fault(let fault): fault.rawValue
            }
        return Self(
            file: file.name, offset: offset, finding: "\(found) where a record was written",
            remedy: restore)
    }

    /// The journal cannot be read there though a later batch proves that it was durable.
    static func hole(
        in file: DiskFile, at offset: UInt64, _ fault: RecordFault, proof: StrayBatch
    ) -> Self {
        Self(
            file: file.name, offset: offset,
            finding: "\(fault.rawValue), but a batch at position \(proof.position) was written "
                + "when everything before position \(proof.header.previousEnd) was on disk",
            remedy: restore)
    }

    /// A segment is not as a segment can be.
    static func segment(_ number: UInt64, _ finding: String) -> Self {
        Self(
            file: DiskFile.segment(number).name, offset: 0, finding: finding, remedy: restore)
    }

    /// A snapshot cannot be read.
    static func snapshot(_ position: UInt64, at offset: UInt64, _ finding: String) -> Self {
        Self(
            file: DiskFile(.snapshot, number: position).name, offset: offset, finding: finding,
            remedy: restore)
    }

    /// The broker refused a record whose checksum is right.
    static func refused(by error: any Error, in file: DiskFile, at offset: UInt64) -> Self {
        Self(
            file: file.name, offset: offset, finding: "the broker refused the record: \(error)",
            remedy: "start the version of the program that wrote it and report this line")
    }
}
