import Bytes

/// A message's body, if it is a JSON object, as a list of its values in the order written.
///
///     {"a":{"b":[1,2]},"c":3}
///       0   1    2  34      5      nodes: 0 the whole, its end 6; 1 `a`, its end 5; …
///
/// A name with dots is taken apart: `{"a.b":1}` gives the same nodes as `{"a":{"b":1}}`.
struct BodyTape {
    enum Kind {
        case object, array, scalar
    }

    struct Node {
        let kind: Kind
        /// Empty where the parent is an array.
        let name: ByteView
        /// Of a scalar.
        let value: FilterValue
        /// Where the first node stands that is not within this one.
        var end: Int
    }

    /// None when the body is no JSON object.
    private(set) var nodes: [Node] = []
    /// Keeps the text, where escapes are undone in place.
    private var copy: ByteCopy?

    init() {}

    init(_ body: ByteView) {
        guard Self.mayBeObject(body) else { return }
        let copy = ByteCopy(body)
        // Room for what small bodies have; large ones have longer values.
        nodes.reserveCapacity(min(8 + body.count / 12, 256))
        do {
            var reader = JSONReader(copy.bytes)
            try append(name: ByteView(), from: &reader)
            try reader.finish()
            self.copy = copy
        } catch {
            nodes = []
        }
    }

    /// The first member `name` of the object at `object` that stands behind the one at `after`.
    func find(_ name: ByteView, in object: Int, after: Int? = nil) -> Int? {
        let end = nodes[object].end
        var index = after.map { nodes[$0].end } ?? object + 1
        while index < end {
            if nodes[index].name == name { return index }
            index = nodes[index].end
        }
        return nil
    }

    private static func mayBeObject(_ body: ByteView) -> Bool {
        var index = 0
        while index < body.count, body[index] <= 0x20 { index += 1 }
        return index < body.count && body[index] == UInt8(ascii: "{")
    }

    /// Appends the value that comes next, with all that it contains. The recursion ends at the
    /// reader's limit of depth.
    private mutating func append(
        name: ByteView, from reader: inout JSONReader
    ) throws(JSONError) {
        let place = nodes.count
        if let value = try reader.filterValue() {
            nodes.append(Node(kind: .scalar, name: name, value: value, end: place + 1))
            return
        }
        let isObject = try reader.peek() == .object
        nodes.append(
            Node(
                kind: isObject ? .object : .array, name: name, value: FilterValue(.null), end: 0))
        if isObject {
            try reader.beginObject()
            while let name = try reader.nextKey() {
                if name.firstIndex(of: UInt8(ascii: ".")) == nil {
                    try append(name: name, from: &reader)
                } else {
                    try append(dotted: name, from: &reader)
                }
            }
        } else {
            try reader.beginArray()
            while try reader.nextElement() { try append(name: ByteView(), from: &reader) }
        }
        nodes[place].end = nodes.count
    }

    /// Appends an object for each part of the name but the last, which gets the value.
    private mutating func append(
        dotted name: ByteView, from reader: inout JSONReader
    ) throws(JSONError) {
        let first = nodes.count
        var rest = name
        while let dot = rest.firstIndex(of: UInt8(ascii: ".")) {
            nodes.append(
                Node(kind: .object, name: rest.prefix(dot), value: FilterValue(.null), end: 0))
            rest = rest.dropFirst(dot + 1)
        }
        let last = nodes.count
        try append(name: rest, from: &reader)
        for index in first..<last { nodes[index].end = nodes.count }
    }
}
