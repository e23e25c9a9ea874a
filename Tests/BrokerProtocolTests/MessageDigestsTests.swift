import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

/// Expected values come from Python's hashlib over the documented layout.
@Suite struct MessageDigestsTests {
    @Test func oneTextAttribute() {
        let attributes = stored([("k", "String", .string("v"))])
        #expect(hex(MessageDigests.digest(of: attributes)) == "0a77b0642718c3d9dd47090567d11e0d")
    }

    @Test func attributesAreTakenInTheOrderOfTheirNamesBytes() {
        let sent: [(ByteView, ByteView, MessageAttribute.Value)] = [
            ("b", "Binary", .binary("\u{0}\u{1}\u{2}")),
            ("a.1", "Number.float", .string("3.14")),
            ("Z", "String", .string("ü")),
            ("a", "String.x", .string("<&>")),
        ]
        let expected = "2f0e08c268f0e2168526d334ffd92ea2"
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20 {
            let shuffled = sent.shuffled(using: &generator)
            #expect(hex(MessageDigests.digest(of: stored(shuffled))) == expected)
            let attributes = shuffled.map { MessageAttribute(name: $0, dataType: $1, value: $2) }
            #expect(hex(MessageDigests.digest(of: attributes)) == expected)
        }
    }

    @Test func anAttributeWithoutValueCountsAsEmpty() {
        let absent = [MessageAttribute(name: "k", dataType: "String")]
        let empty = [MessageAttribute(name: "k", dataType: "String", value: .string(""))]
        #expect(MessageDigests.digest(of: absent) == MessageDigests.digest(of: empty))
    }

    private func hex(_ digest: MD5Digest) -> String {
        var writer = ByteWriter()
        writer.append(hexLittleEndian: digest.first)
        writer.append(hexLittleEndian: digest.second)
        return writer.view.string
    }

    private func stored(
        _ attributes: [(ByteView, ByteView, MessageAttribute.Value)]
    ) -> [StoredAttributes.Attribute] {
        var writer = ByteWriter()
        for (name, dataType, value) in attributes {
            switch value {
            case .string(let text):
                StoredAttributes.append(
                    name: name, dataType: dataType, isBinary: false, value: text, to: &writer)
            case .binary(let bytes):
                StoredAttributes.append(
                    name: name, dataType: dataType, isBinary: true, value: bytes, to: &writer)
            case .none, .list: break
            }
        }
        let buffer = TestBuffer("", capacity: writer.count)
        buffer.append(writer.array[...])
        return Array(StoredAttributes(bytes: buffer.bytes.view))
    }
}
