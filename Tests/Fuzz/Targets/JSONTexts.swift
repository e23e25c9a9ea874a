import BrokerCore
import Bytes

/// JSON. Skipping and reading agree; both readers of the product agree on every text that both
/// take; and what is printed says the same again.
enum JSONTexts {
    static func run(_ input: [UInt8]) {
        let skipped = skip(input)
        let printed = printing(input)
        promise((skipped == nil) == (printed == nil), "skipping checks what reading checks")
        guard let text = String(validating: input, as: UTF8.self) else {
            promise(printed == nil, "JSON is UTF-8")
            return
        }
        let tree = JSONValue(parsing: text)
        if let tree {
            promise(printed?.text == tree.description, "both readers read the same")
            let again = JSONValue(parsing: tree.description)
            promise(again?.description == tree.description, "what is printed is read the same")
            promise(tree.isEquivalent(to: tree), "a value is equivalent to itself")
        } else if let printed {
            promise(
                text.utf8.count > QueueLimits.jsonBytes || isBeyondTree(printed),
                "what one reader takes the other takes")
        }
    }

    /// The depth of a text that is valid.
    private static func skip(_ input: [UInt8]) -> Int? {
        var copy = input
        return copy.withMutableByteView { bytes in
            var reader = JSONReader(bytes)
            do throws(JSONError) {
                try reader.skipValue()
                try reader.finish()
                promise(bytes.view.array == input, "skipping changes nothing")
                return reader.depth
            } catch {
                promise(reader.offset <= input.count, "an error is within the text")
                return nil
            }
        }
    }

    /// The compact text of what was read; nil for what is not JSON.
    private static func printing(_ input: [UInt8]) -> [UInt8]? {
        var copy = input
        return copy.withMutableByteView { bytes in
            var reader = JSONReader(bytes)
            var writer = ByteWriter()
            do throws(JSONError) {
                try print(&reader, to: &writer)
                try reader.finish()
                return writer.array
            } catch {
                return nil
            }
        }
    }

    private static func print(
        _ reader: inout JSONReader, to writer: inout ByteWriter
    ) throws(JSONError) {
        switch try reader.peek() {
        case .object:
            try reader.beginObject()
            writer.append(0x7B)
            var isFirst = true
            while let key = try reader.nextKey() {
                if !isFirst { writer.append(0x2C) }
                isFirst = false
                writer.append(jsonString: key)
                writer.append(0x3A)
                try print(&reader, to: &writer)
            }
            writer.append(0x7D)
        case .array:
            try reader.beginArray()
            writer.append(0x5B)
            var isFirst = true
            while try reader.nextElement() {
                if !isFirst { writer.append(0x2C) }
                isFirst = false
                try print(&reader, to: &writer)
            }
            writer.append(0x5D)
        case .string:
            let text = try reader.string()
            promise(UTF8.validate(text), "a string is UTF-8")
            writer.append(jsonString: text)
        case .number:
            let number = try reader.number()
            check(number)
            writer.append(number.raw)
        case .true, .false: writer.append(try reader.bool() ? "true" : "false")
        case .null:
            try reader.null()
            writer.append("null")
        }
    }

    private static func check(_ number: JSONNumber) {
        let text = number.raw.string
        if let plain = Int64(text) {
            promise(number.value == .integer(plain), "a plain integer is one")
            promise(number.wholeValue == plain, "and whole")
        } else if case .integer = number.value {
            preconditionFailure("what is no plain integer is none")
        }
        guard let value = number.wholeValue, let approximate = Double(text) else { return }
        promise(
            abs(approximate - Double(value)) <= abs(approximate) / 1e12,
            "\(text) is not \(value)")
    }

    /// Whether a valid text nests deeper than trees do, or has a name twice.
    private static func isBeyondTree(_ compact: [UInt8]) -> Bool {
        var copy = compact
        return copy.withMutableByteView { bytes in
            var reader = JSONReader(bytes)
            var isBeyond = false
            try? look(&reader, depth: 1, &isBeyond)
            return isBeyond
        }
    }

    private static func look(
        _ reader: inout JSONReader, depth: Int, _ isBeyond: inout Bool
    ) throws(JSONError) {
        if depth > QueueLimits.jsonDepth { isBeyond = true }
        switch try reader.peek() {
        case .object:
            try reader.beginObject()
            var names: Set<String> = []
            while let key = try reader.nextKey() {
                if !names.insert(key.string).inserted { isBeyond = true }
                try look(&reader, depth: depth + 1, &isBeyond)
            }
        case .array:
            try reader.beginArray()
            while try reader.nextElement() { try look(&reader, depth: depth + 1, &isBeyond) }
        default: try reader.skipValue()
        }
    }
}
