import BrokerCore
import Bytes

@testable import BrokerProtocol

/// Parameters of the query protocol, against splitting and decoding done the plain way; and the
/// order in which they are read is an order.
enum Form {
    static func run(_ input: [UInt8]) {
        var copy = input
        copy.withMutableByteView { bytes in
            var parameters = QueryParameters()
            do throws(BrokerError) {
                try parameters.append(bytes)
            } catch {
                promise(
                    input.count { $0 == 0x26 } >= QueryParameters.limit, "few parameters are taken")
                return
            }
            let all = parameters.all.map { ($0.name.array, $0.value.view.array) }
            let naive = plain(input)
            promise(all.elementsEqual(naive) { $0 == $1 }, "parameters are decoded in place")
            parameters.sort()
            let sorted = parameters.all.map(\.name)
            for index in sorted.indices.dropFirst() where sorted.count < 64 {
                let (left, right) = (sorted[index - 1], sorted[index])
                let isDotted = sorted.contains { $0.firstIndex(of: 0x2E) != nil }
                promise(
                    !isDotted || !QueryParameters.path(right, precedes: left), "sorted is in order")
                promise(
                    !(QueryParameters.path(left, precedes: right)
                        && QueryParameters.path(right, precedes: left)), "an order has one way")
                promise(!QueryParameters.path(left, precedes: left), "nothing precedes itself")
            }
            walk(QueryFieldReader(parameters))
        }
    }

    private static func plain(_ input: [UInt8]) -> [([UInt8], [UInt8])] {
        input.split(separator: 0x26).compactMap { pair in
            let parts = pair.split(
                separator: 0x3D, maxSplits: 1, omittingEmptySubsequences: false)
            let name = decoded(parts[0])
            guard name.count <= QueryParameters.nameByteCount else { return nil }
            return (name, parts.count > 1 ? decoded(parts[1]) : [])
        }
    }

    private static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2).map { Swift.Character(Unicode.Scalar($0)).hexDigitValue }
            if byte == 0x25, digits.count == 2, let high = digits[0], let low = digits[1] {
                result.append(UInt8(high * 16 + low))
                rest.removeFirst(2)
            } else {
                result.append(byte == 0x2B ? 0x20 : byte)
            }
        }
        return result
    }

    /// Reads the whole as everything that it could be.
    private static func walk(_ reader: QueryFieldReader) {
        var reader = reader
        try? reader.readStructure { (reader: inout QueryFieldReader, _) throws(BrokerError) in
            _ = try reader.readText()
            _ = try? reader.readInteger()
            try reader.readList { (reader: inout QueryFieldReader) throws(BrokerError) in
                _ = try reader.readText()
                try reader.readMap { (reader: inout QueryFieldReader, _) throws(BrokerError) in
                    _ = try reader.readText()
                }
                try reader.readStructure {
                    (reader: inout QueryFieldReader, _) throws(BrokerError) in
                    _ = try reader.readText()
                }
            }
            try reader.readMap { (reader: inout QueryFieldReader, _) throws(BrokerError) in
                try reader.readStructure {
                    (reader: inout QueryFieldReader, _) throws(BrokerError) in
                    _ = try reader.readText()
                }
            }
        }
    }
}
