@testable import BrokerProtocol
@testable import Bytes

/// Percent, base64, hexadecimal, UTF-8 and the escapes of JSON and XML: there and back, and against
/// the plain way, which is also that of processors without wide instructions.
enum Coding {
    static func run(_ input: [UInt8]) {
        input.withByteView { bytes in
            roundTrips(bytes)
            base64(bytes)
            characters(bytes)
            lines(bytes)
        }
        escapes(input)
        undone(input)
    }

    private static func written(_ write: (inout ByteWriter) -> Bool) -> [UInt8]? {
        var writer = ByteWriter()
        writer.append("front")
        let isWritten = write(&writer)
        promise(writer.array.prefix(5).elementsEqual("front".utf8), "only the end is written")
        promise(isWritten || writer.count == 5, "what is refused leaves nothing")
        return isWritten ? Array(writer.array.dropFirst(5)) : nil
    }

    private static func roundTrips(_ bytes: ByteView) {
        var percent = ByteWriter()
        percent.append(percentEncoded: bytes)
        for plusIsSpace in [false, true] {
            promise(
                written {
                    PercentCoding.decode(percent.view, plusIsSpace: plusIsSpace, into: &$0)
                } == bytes.array, "percent coding is undone")
        }
        var base64 = ByteWriter()
        base64.append(base64: bytes)
        promise(
            written { Base64.decode(base64.view, into: &$0) } == bytes.array, "base64 is undone")
        var hex = ByteWriter()
        hex.append(hex: bytes)
        promise(written { Hex.decode(hex.view, into: &$0) } == bytes.array, "hex is undone")
        if let plain = written({ Hex.decode(bytes, into: &$0) }) {
            promise(plain.count * 2 == bytes.count, "two digits are a byte")
        }
        _ = written { PercentCoding.decode(bytes, plusIsSpace: false, into: &$0) }
    }

    private static func base64(_ text: ByteView) {
        let plain = written { Base64.decode(text, into: &$0) }
        if let plain {
            var again = ByteWriter()
            plain.withByteView { again.append(base64: $0) }
            promise(again.array == text.array, "a value has one text in base64")
        }
        var place = text.array
        let count = place.withMutableByteView { Base64.decode($0.view, to: $0) }
        promise(count.map { Array(place.prefix($0)) } == plain, "in place it is the same")
    }

    private static func characters(_ bytes: ByteView) {
        let text = String(validating: bytes.array, as: UTF8.self)
        promise(UTF8.validate(bytes) == (text != nil), "UTF-8 is what Swift takes for it")
        let isAllowed = text?.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
            default: false
            }
        }
        promise(XMLCharacters.isAllowed(bytes) == (isAllowed ?? false), "XML's characters are so")
    }

    private static func lines(_ bytes: ByteView) {
        let tokens = Array("!#$%&'*+-.^_`|~".utf8)
        let count = bytes.array.prefix {
            switch $0 {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: tokens.contains($0)
            }
        }.count
        promise(bytes.tokenByteCount == count, "a token has the characters of RFC 9110")
        promise(
            bytes.equals(lowercase: "content-length")
                == (bytes.array.map { $0 &- 0x41 < 26 ? $0 | 0x20 : $0 }
                    == Array("content-length".utf8)),
            "letters are compared in any case")
    }

    /// Wide instructions change nothing.
    private static func undone(_ input: [UInt8]) {
        // Once more behind itself, so that it is long enough.
        let text = input + input + input
        var (wide, plain) = (text, text)
        let ours = wide.withMutableByteView { UndoneText.json($0, portable: false) }
        let others = plain.withMutableByteView { UndoneText.json($0, portable: true) }
        promise(ours == others, "JSON is undone as far everywhere")
        promise(wide.prefix(ours.written) == plain.prefix(ours.written), "to the same text")
        promise(wide.dropFirst(ours.read) == text.dropFirst(ours.read), "and nothing behind it")
        (wide, plain) = (text, text)
        let count = wide.withMutableByteView { UndoneText.form($0, portable: false) }
        promise(
            count == plain.withMutableByteView { UndoneText.form($0, portable: true) }
                && wide.prefix(count) == plain.prefix(count), "forms are decoded alike everywhere")
    }

    /// Texts come back from JSON and XML as they were.
    private static func escapes(_ input: [UInt8]) {
        guard let text = String(validating: input, as: UTF8.self) else { return }
        var json = ByteWriter()
        input.withByteView { json.append(jsonString: $0) }
        var copy = json.array
        promise(!copy.contains { $0 < 0x20 }, "controls are escaped")
        copy.withMutableByteView { bytes in
            var reader = JSONReader(bytes)
            promise((try? reader.string())?.array == input, "JSON's escapes are undone")
            promise((try? reader.finish()) != nil, "the text is all of it")
        }
        var xml = ByteWriter()
        input.withByteView { xml.append(xmlEscaped: $0) }
        promise(unescaped(xml.view.string) == text, "XML's escapes are undone")
    }

    private static func unescaped(_ text: String) -> String {
        let entities = ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "#xD": "\r"]
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            promise(scalar != "<" && scalar != ">" && scalar != "\"", "markup is escaped")
            guard scalar == "&" else {
                result.append(scalar)
                continue
            }
            let name = String(rest.prefix { $0 != ";" })
            rest = rest.dropFirst(name.unicodeScalars.count + 1)
            guard let value = entities[name] else { preconditionFailure("an entity of five") }
            result.append(contentsOf: value.unicodeScalars)
        }
        return String(result)
    }
}
