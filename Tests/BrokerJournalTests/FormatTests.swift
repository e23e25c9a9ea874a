import Bytes
import Testing

@testable import BrokerJournal

/// The bytes shown under "An example" in protocol-docs/journal-format.md.
private enum Example {
    static let manifest =
        "ba7fde7330000000000000000000000001000000fe0000004150534a524e4c310100000000000000"
        + "efcdab8967452301004000000000000000505c18a30100000000000000000000"
    static let segment =
        "0eabc4fc20000000000000000000000001000000ff000000efcdab89674523010000000000000000"
        + "38000000000000000000000000000000616cfeec20000000380000000000000001000000ff000000"
        + "efcdab896745230138000000000000006000000001000000000000000000000007c600700e000000"
        + "7000000000000000010000000100000068656c6c6f2c206a6f75726e616c0000"
}

private func hexadecimal(_ bytes: ArraySlice<UInt8>) -> String {
    bytes.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }.joined()
}

@Test func theBytesOnDiskAreThoseOfTheFormatDocument() throws {
    let fixture = try Fixture()
    fixture.append(type: 1, Array("hello, journal".utf8))
    try fixture.settle()
    let manifest = fixture.disk.bytes(DiskFile(.manifest))
    #expect(hexadecimal(manifest[...]) == Example.manifest)
    let segment = fixture.disk.bytes(DiskFile(.segment, number: 0))
    #expect(hexadecimal(segment[0..<152]) == Example.segment)
    #expect(segment[152...].allSatisfy { $0 == 0 })
}

@Test func filesAreNamedAsTheFormatDocumentSays() {
    #expect(DiskFile(.manifest).name == "manifest")
    #expect(DiskFile(.manifestDraft).name == "manifest.draft")
    #expect(DiskFile(.segment, number: 42).name == "segment-000000000000002a")
    #expect(DiskFile(.snapshot, number: 1 << 32).name == "snapshot-0000000100000000")
    #expect(DiskFile(.snapshotDraft, number: 1).name == "snapshot-0000000000000001.draft")
    for kind in DiskFile.Kind.allCases {
        let file = DiskFile(kind, number: kind.isNumbered ? 0xABCD : 0)
        #expect(DiskFile(name: file.name) == file)
    }
    for name in ["lock", "segment", "segment-2a", "segment-000000000000002A", "manifest-0", ""] {
        #expect(DiskFile(name: name) == nil)
    }
}
