import Bytes

/// The digest over message attributes that SQS returns so that clients can check what arrived.
///
/// Attributes are taken in the order of their names' bytes. Each contributes the length and bytes of
/// its name, of its data type, one byte for the field (1 = text, 2 = binary), then the length and
/// bytes of its value; lengths are 32-bit big-endian. The MD5 of all that is the digest.
public enum MessageDigests {
    /// The digest over `attributes`.
    public static func digest(of attributes: StoredAttributes) -> MD5Digest {
        digest(of: Array(attributes))
    }

    /// The digest over `attributes`, which may come in any order. O(n log n).
    public static func digest(of attributes: [StoredAttributes.Attribute]) -> MD5Digest {
        var writer = ByteWriter(capacity: 512)
        append(attributes, to: &writer)
        return MD5Digest(of: writer.view)
    }

    /// The digest over system attributes as they were sent. Those without a value count as empty.
    public static func digest(of attributes: [MessageAttribute]) -> MD5Digest {
        digest(of: attributes.map(StoredAttributes.Attribute.init(sent:)))
    }

    /// Appends the bytes that the digest is computed over, for callers that digest several at once.
    public static func append(
        _ attributes: [StoredAttributes.Attribute], to writer: inout ByteWriter
    ) {
        for attribute in attributes.sorted(by: { $0.name.precedes($1.name) }) {
            append(counted: attribute.name, to: &writer)
            append(counted: attribute.dataType, to: &writer)
            writer.append(attribute.isBinary ? 2 : 1)
            append(counted: attribute.value, to: &writer)
        }
    }

    /// Appends the bytes that the digest over attributes as they were sent is computed over.
    public static func append(_ attributes: [MessageAttribute], to writer: inout ByteWriter) {
        append(attributes.map(StoredAttributes.Attribute.init(sent:)), to: &writer)
    }

    private static func append(counted bytes: ByteView, to writer: inout ByteWriter) {
        writer.append(bigEndian: UInt32(bytes.count))
        writer.append(bytes)
    }
}

extension StoredAttributes.Attribute {
    /// The attribute as a record would keep it.
    init(sent attribute: MessageAttribute) {
        name = attribute.name
        dataType = attribute.dataType ?? ByteView()
        switch attribute.value {
        case .string(let text):
            isBinary = false
            value = text
        case .binary(let bytes):
            isBinary = true
            value = bytes
        case .none, .list:
            isBinary = false
            value = ByteView()
        }
    }
}
