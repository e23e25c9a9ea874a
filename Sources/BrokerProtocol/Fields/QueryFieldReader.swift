import BrokerCore
import Bytes

/// Reads fields from the sorted parameters of the query protocol.
///
/// A value is the run of parameters whose names begin alike: `Tag.2.Key` and `Tag.2.Value` are the
/// second element of the list `Tag`, a structure of two members. Lists may be written `X.N`,
/// `X.member.N`, `X.entry.N` or, with one element, plain `X`; numbers need neither begin at one nor
/// be consecutive.
struct QueryFieldReader: FieldReader {
    private let parameters: [QueryParameters.Parameter]
    /// The parameters that make up the value here.
    private var range: Range<Int>
    /// How many bytes of their names lead here, the dot included; a name that ends before is a leaf.
    private var depth = 0

    /// A reader at the structure that all `parameters` make up; they must be sorted.
    init(_ parameters: QueryParameters) {
        self.parameters = parameters.all
        range = 0..<parameters.all.count
    }

    mutating func readStructure(
        _ member: (inout QueryFieldReader, ByteView) throws(BrokerError) -> Void
    ) throws(BrokerError) {
        let here = (range, depth)
        var index = range.lowerBound
        while index < here.0.upperBound {
            let segment = enter(index, upTo: here.0.upperBound, below: here.1)
            index = range.upperBound
            try member(&self, segment)
        }
        (range, depth) = here
    }

    mutating func readList(
        _ element: (inout QueryFieldReader) throws(BrokerError) -> Void
    ) throws(BrokerError) {
        let here = (range, depth)
        var index = range.lowerBound
        while index < here.0.upperBound {
            if parameters[index].name.count < here.1, parameters[index].value.view.isEmpty {
                // An empty list, as the SDKs write one: `SendMessageBatchRequestEntry=`.
                index += 1
                continue
            }
            var below = here.1
            let segment = segment(of: index, below: below)
            if segment.is("member") || segment.is("entry") { below += segment.count + 1 }
            if self.segment(of: index, below: below).isNumber {
                _ = enter(index, upTo: here.0.upperBound, below: below)
            } else {
                // A list of one, written without a number: `Attribute.Name=…&Attribute.Value=…`.
                enterUnnumbered(index, upTo: here.0.upperBound, below: below)
            }
            index = range.upperBound
            try element(&self)
        }
        (range, depth) = here
    }

    mutating func readMap(
        _ entry: (inout QueryFieldReader, ByteView) throws(BrokerError) -> Void
    ) throws(BrokerError) {
        try readList { (reader: inout QueryFieldReader) throws(BrokerError) in
            let element = (reader.range, reader.depth)
            var key = ByteView()
            var value = (element.0.upperBound..<element.0.upperBound, element.1)
            try reader.readStructure { (reader: inout Self, name) throws(BrokerError) in
                if name.is("Name") || name.is("Key") || name.is("key") {
                    key = try reader.readText() ?? key
                } else if name.is("Value") || name.is("value") {
                    value = (reader.range, reader.depth)
                }
            }
            (reader.range, reader.depth) = value
            try entry(&reader, key)
            (reader.range, reader.depth) = element
        }
    }

    mutating func readText() throws(BrokerError) -> ByteView? { leaf?.value.view }

    mutating func readBinary() throws(BrokerError) -> ByteView? {
        guard let leaf else { return nil }
        guard let count = Base64.decode(leaf.value.view, to: leaf.value) else {
            throw BrokerError(
                .invalidParameterValue,
                "The value of parameter \(leaf.name.string) must be base64.")
        }
        return leaf.value[0..<count].view
    }

    mutating func readInteger() throws(BrokerError) -> Int? {
        guard let leaf else { return nil }
        let text = leaf.value.view
        let isNegative = text.count > 1 && text[0] == 0x2D
        guard let magnitude = text.dropFirst(isNegative ? 1 : 0).decimalNumber else {
            throw BrokerError.invalidValue(
                text.string, parameter: leaf.name.string, reason: "Must be an integer.")
        }
        return isNegative ? -magnitude : magnitude
    }

    /// The last parameter whose name ends here.
    private var leaf: QueryParameters.Parameter? {
        for index in range.reversed() where parameters[index].name.count < depth {
            return parameters[index]
        }
        return nil
    }

    /// The segment of a name that begins at `below`; empty past the end of the name.
    private func segment(of index: Int, below: Int) -> ByteView {
        let name = parameters[index].name
        guard below <= name.count else { return ByteView() }
        return name[below..<(name.firstIndex(of: Character.dot, from: below) ?? name.count)]
    }

    /// Moves to the parameters from `index` on that share its segment, and returns the segment.
    private mutating func enter(_ index: Int, upTo end: Int, below: Int) -> ByteView {
        let segment = segment(of: index, below: below)
        var next = index + 1
        while next < end, self.segment(of: next, below: below) == segment { next += 1 }
        range = index..<next
        depth = below + segment.count + 1
        return segment
    }

    /// Moves to the parameters from `index` on that have no number where a list wants one.
    private mutating func enterUnnumbered(_ index: Int, upTo end: Int, below: Int) {
        var next = index + 1
        // A leaf is an element of its own.
        if below <= parameters[index].name.count {
            while next < end, !segment(of: next, below: below).isNumber { next += 1 }
        }
        range = index..<next
        depth = below
    }
}
