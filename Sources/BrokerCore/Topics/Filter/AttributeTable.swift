import Bytes

/// The message attributes as filters see them. Binary ones are not there.
struct AttributeTable {
    struct Entry {
        let name: ByteView
        /// Where its values stand: one, or those of a `String.Array`.
        let values: Range<Int>
        /// Whether it claims to be an array and is none. Nothing matches it.
        let isUnreadable: Bool
    }

    private(set) var entries: [Entry] = []
    private(set) var values: [FilterValue] = []
    /// Keeps the texts of arrays, where escapes are undone in place.
    private var copies: [ByteCopy] = []

    init() {}

    init(_ attributes: StoredAttributes) {
        // What a message may have where its attributes count.
        entries.reserveCapacity(10)
        values.reserveCapacity(12)
        for attribute in attributes {
            let first = values.count
            var isUnreadable = false
            if Self.isKind(attribute.dataType, "Number") {
                values.append(FilterValue(.number, text: attribute.value))
            } else if attribute.dataType == "String.Array" {
                isUnreadable = !appendElements(attribute.value)
            } else if Self.isKind(attribute.dataType, "String") {
                values.append(FilterValue(.string, text: attribute.value))
            } else {
                continue
            }
            entries.append(
                Entry(
                    name: attribute.name, values: first..<values.count,
                    isUnreadable: isUnreadable))
        }
    }

    /// The attribute `name`.
    func find(_ name: ByteView) -> Entry? {
        for index in entries.indices where entries[index].name == name { return entries[index] }
        return nil
    }

    /// The type itself, or the type and a custom suffix behind a period.
    private static func isKind(_ type: ByteView, _ kind: StaticString) -> Bool {
        let length = kind.utf8CodeUnitCount
        return type.hasPrefix(kind) && (type.count == length || type[length] == 0x2E)
    }

    /// Appends the elements of an array's text, those that are objects or arrays left out; false when
    /// the text is no array.
    private mutating func appendElements(_ text: ByteView) -> Bool {
        let copy = ByteCopy(text)
        copies.append(copy)
        let first = values.count
        do {
            var reader = JSONReader(copy.bytes)
            try reader.beginArray()
            while try reader.nextElement() {
                if let value = try reader.filterValue() {
                    values.append(value)
                } else {
                    try reader.skipValue()
                }
            }
            try reader.finish()
            return true
        } catch {
            values.removeSubrange(first...)
            return false
        }
    }
}

extension JSONReader {
    /// Reads the value that comes next, unless it is an object or an array.
    mutating func filterValue() throws(JSONError) -> FilterValue? {
        switch try peek() {
        case .object, .array: return nil
        case .string: return FilterValue(.string, text: try string())
        case .number: return FilterValue(.number, text: try number().raw)
        case .true, .false: return FilterValue(try bool() ? .true : .false)
        case .null:
            try null()
            return FilterValue(.null)
        }
    }
}
