import Bytes
import Testing

/// The text that `write` produces.
private func written(_ write: (inout ByteWriter) -> Void) -> String {
    var writer = ByteWriter()
    write(&writer)
    return writer.view.string
}

@Suite struct TextCodingTests {
    @Test func base64GivesTheVectorsOfRFC4648() {
        let vectors: [(String, String)] = [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
        ]
        for (plain, coded) in vectors {
            withView(Array(plain.utf8)) { view in
                #expect(written { $0.append(base64: view) } == coded)
            }
            withView(Array(coded.utf8)) { view in
                var writer = ByteWriter()
                #expect(Base64.decode(view, into: &writer))
                #expect(writer.view.string == plain)
            }
        }
    }

    @Test func base64ComesBackForEveryLength() {
        var shuffle = Shuffle(seed: 9)
        for count in 0..<200 {
            let bytes = shuffle.bytes(count)
            var coded = ByteWriter()
            withView(bytes) { coded.append(base64: $0) }
            var decoded = ByteWriter()
            #expect(Base64.decode(coded.view, into: &decoded))
            #expect(decoded.array == bytes)
            var inPlace = ByteWriter()
            inPlace.append("kept")
            inPlace.append(bytes)
            inPlace.encodeBase64(from: 4)
            #expect(inPlace.view.prefix(4) == "kept")
            #expect(inPlace.view.dropFirst(4) == coded.view)
        }
    }

    @Test(arguments: [
        "Z", "Zg", "Zg=", "Zg=a", "Z===", "====", "Zh==", "Zm9=", "Zm 9", "Zm9v\n", "Zg==Zg==",
        "Zm9-", "Zm9_", "Zm9vZm\u{80}v",
    ])
    func whatIsNotBase64IsRefusedAndLeavesNothing(text: String) {
        withView(Array(text.utf8)) { view in
            var writer = ByteWriter()
            writer.append("kept")
            #expect(!Base64.decode(view, into: &writer))
            #expect(writer.view == "kept")
        }
    }

    @Test func hexadecimalComesBackForEveryByte() {
        let bytes = (0...255).map { UInt8($0) } + [0xAB]
        for count in [0, 1, 2, 3, 4, 5, 257] {
            withView(Array(bytes.suffix(count))) { view in
                var coded = ByteWriter()
                coded.append(hex: view)
                let expected = bytes.suffix(count).map { byte in
                    let digits = String(byte, radix: 16)
                    return digits.count == 1 ? "0" + digits : digits
                }
                #expect(coded.view.string == expected.joined())
                var decoded = ByteWriter()
                #expect(Hex.decode(coded.view, into: &decoded))
                #expect(decoded.array == Array(bytes.suffix(count)))
            }
        }
        #expect(written { $0.append(hexLittleEndian: 0x0807_0605_0403_02FA) } == "fa02030405060708")
    }

    @Test func whatIsNotHexadecimalIsRefused() {
        var writer = ByteWriter()
        for text: ByteView in ["a", "0g", "g0", "00 0", "0/", "0:", "0@", "0G", "0`"] {
            #expect(!Hex.decode(text, into: &writer))
        }
        #expect(writer.count == 0)
        #expect(Hex.decode("fFaA", into: &writer))
        #expect(writer.array == [0xFF, 0xAA])
    }

    @Test func aUUIDHasItsFiveGroups() {
        let text = written {
            $0.append(uuid: 0x0123_4567_89AB_CDEF, low: 0xFEDC_BA98_7654_3210)
        }
        #expect(text == "01234567-89ab-cdef-fedc-ba9876543210")
    }

    @Test func percentCodingKeepsTheUnreservedOnly() {
        let all = (0...255).map { UInt8($0) }
        withView(all) { view in
            var coded = ByteWriter()
            coded.append(percentEncoded: view)
            #expect(coded.view.hasPrefix("%00%01%02"))
            var decoded = ByteWriter()
            #expect(PercentCoding.decode(coded.view, plusIsSpace: true, into: &decoded))
            #expect(decoded.array == all)
        }
        #expect(written { $0.append(percentEncoded: "a-._~ /+é") } == "a-._~%20%2F%2B%C3%A9")
    }

    @Test func plusIsASpaceInForms() {
        var writer = ByteWriter()
        #expect(PercentCoding.decode("a+b%2bc", plusIsSpace: true, into: &writer))
        #expect(writer.view == "a b+c")
        writer.removeAll()
        #expect(PercentCoding.decode("a+b", plusIsSpace: false, into: &writer))
        #expect(writer.view == "a+b")
        for text: ByteView in ["%", "%2", "%2g", "a%%20", "%-1"] {
            #expect(!PercentCoding.decode(text, plusIsSpace: true, into: &writer))
            #expect(writer.view == "a+b")
        }
    }

    @Test func theLengthOfAnEscapedTextIsKnownBefore() {
        var shuffle = Shuffle(seed: 23)
        for _ in 0..<3000 {
            let isRare = shuffle.below(2) == 0
            let text = (0..<shuffle.below(100)).map { _ in
                isRare && shuffle.below(9) > 0 ? 0x78 : UInt8(shuffle.below(128))
            }
            withView(text) { view in
                #expect(
                    view.jsonEscapedCount == written { $0.append(jsonEscaped: view) }.utf8.count)
            }
        }
    }

    @Test func aFormIsDecodedInPlaceByteForByte() {
        func naive(_ text: [UInt8]) -> [UInt8] {
            var rest = text[...]
            var bytes: [UInt8] = []
            while let byte = rest.popFirst() {
                let digits = rest.prefix(2).compactMap { Character(.init($0)).hexDigitValue }
                if byte == 0x25, digits.count == 2 {
                    bytes.append(UInt8(digits[0] * 16 + digits[1]))
                    rest = rest.dropFirst(2)
                } else {
                    bytes.append(byte == 0x2B ? 0x20 : byte)
                }
            }
            return bytes
        }
        var shuffle = Shuffle(seed: 17)
        let pieces = ["%22", "%7b", "%E4", "%2B", "+", "%", "%2", "%zz", "%%41", "a", "bcdefghi"]
        for _ in 0..<6000 {
            var text: [UInt8] = []
            for _ in 0..<shuffle.below(40) {
                text += Array(pieces[shuffle.below(pieces.count)].utf8)
                text += [UInt8](repeating: 0x78, count: shuffle.below(2) * shuffle.below(30))
            }
            let expected = naive(text)
            unsafe text.withUnsafeMutableBufferPointer { buffer in
                // Safe because the view does not outlive the closure.
                let view = unsafe MutableByteView(
                    unsafeStart: buffer.baseAddress, count: buffer.count)
                #expect(PercentCoding.decodeForm(view).view.array == expected)
            }
        }
        #expect(PercentCoding.decodeForm(MutableByteView()).isEmpty)
    }

    @Test func base64IsDecodedOverItself() {
        var text = Array("Zm9vYmE=".utf8)
        unsafe text.withUnsafeMutableBufferPointer { buffer in
            // Safe because the view does not outlive the closure.
            let view = unsafe MutableByteView(unsafeStart: buffer.baseAddress, count: buffer.count)
            #expect(Base64.decode("Zm9v", to: view[0..<2]) == nil, "three bytes do not fit")
            #expect(Base64.decode("", to: MutableByteView()) == 0)
            #expect(Base64.decode("Zm9", to: view) == nil)
            #expect(Base64.decode(view.view, to: view) == 5)
            #expect(view[0..<5].view == "fooba")
        }
    }

    @Test func xmlEscapesWhatAWSEscapes() {
        #expect(
            written { $0.append(xmlEscaped: "a&b<c>d\"e\rf\ng'é") }
                == "a&amp;b&lt;c&gt;d&quot;e&#xD;f\ng'é")
        #expect(written { $0.append(xmlEscaped: "") } == "")
        for position in 0..<40 {
            var text = [UInt8](repeating: 0x61, count: 40)
            text[position] = 0x3C
            let expected =
                String(repeating: "a", count: position) + "&lt;"
                + String(repeating: "a", count: 39 - position)
            withView(text) { view in #expect(written { $0.append(xmlEscaped: view) } == expected) }
        }
    }

    @Test func jsonEscapesControlsQuotesAndBackslashes() {
        #expect(
            written { $0.append(jsonEscaped: "a\"b\\c\u{8}\t\n\u{C}\r\u{1}\u{1F}\u{7F}é/") }
                == "a\\\"b\\\\c\\b\\t\\n\\f\\r\\u0001\\u001f\u{7F}é/")
        #expect(written { $0.append(jsonString: "") } == "\"\"")
        for position in 0..<40 {
            for (byte, escape) in [(0x22, "\\\""), (0x1F, "\\u001f"), (0x00, "\\u0000")] {
                var text = [UInt8](repeating: 0x20, count: 40)
                text[position] = UInt8(byte)
                let expected =
                    String(repeating: " ", count: position) + escape
                    + String(repeating: " ", count: 39 - position)
                withView(text) { view in
                    #expect(written { $0.append(jsonEscaped: view) } == expected)
                }
            }
        }
    }

    @Test func textIsEscapedLikeByteByByte() {
        var shuffle = Shuffle(seed: 12)
        let references = [0x26: "&amp;", 0x3C: "&lt;", 0x3E: "&gt;", 0x22: "&quot;", 0x0D: "&#xD;"]
        let letters = [8: "b", 9: "t", 10: "n", 12: "f", 13: "r", 0x22: "\"", 0x5C: "\\"]
        let special = Array("\"\\&<>".utf8) + Array(0..<0x20)
        for round in 0..<3000 {
            // From nothing escaped to everything, in all lengths around blocks and pieces.
            let density = round % 5
            let count = round < 2000 ? round % 70 : 2048 * shuffle.below(3) + shuffle.below(40)
            let text = (0..<count).map { _ -> UInt8 in
                shuffle.below(4) < density
                    ? special[shuffle.below(special.count)]
                    : UInt8(0x20 + shuffle.below(0xE0))
            }
            var json: [UInt8] = []
            var xml: [UInt8] = []
            for byte in text {
                xml += references[Int(byte)].map { Array($0.utf8) } ?? [byte]
                if let letter = letters[Int(byte)] {
                    json += Array("\\\(letter)".utf8)
                } else if byte < 0x20 {
                    json += Array("\\u00\(byte < 16 ? "0" : "1")".utf8)
                    json += Array(String(byte & 15, radix: 16).utf8)
                } else {
                    json.append(byte)
                }
            }
            withView(text) { view in
                var writer = ByteWriter()
                writer.append(jsonEscaped: view)
                #expect(writer.array == json)
                writer.removeAll()
                writer.append(xmlEscaped: view)
                #expect(writer.array == xml)
            }
        }
    }

    @Test func utf8IsCheckedLikeTheStandardLibraryDoes() {
        var shuffle = Shuffle(seed: 11)
        let pieces: [[UInt8]] = [
            [0x61], [0xC2, 0x80], [0xE0, 0xA0, 0x80], [0xED, 0x9F, 0xBF], [0xEF, 0xBF, 0xBF],
            [0xF0, 0x90, 0x80, 0x80], [0xF4, 0x8F, 0xBF, 0xBF], Array("Grüße, 世界 🌍 ".utf8),
        ]
        for _ in 0..<4000 {
            var bytes: [UInt8] = []
            for _ in 0..<shuffle.below(12) { bytes += pieces[shuffle.below(pieces.count)] }
            if shuffle.below(2) == 0, !bytes.isEmpty {
                let edges: [UInt8] = [0x7F, 0x80, 0xBF, 0xC0, 0xC1, 0xE0, 0xED, 0xF0, 0xF4, 0xF5]
                bytes[shuffle.below(bytes.count)] = edges[shuffle.below(edges.count)]
            }
            if shuffle.below(8) == 0 { bytes = bytes.dropLast() }
            let expected = String(validating: bytes, as: UTF8.self)
            withView(bytes) { view in
                #expect(UTF8.validate(view) == (expected != nil))
                let allowed = expected?.unicodeScalars.allSatisfy { Self.isXML($0.value) } ?? false
                #expect(XMLCharacters.isAllowed(view) == allowed)
            }
        }
    }

    @Test func whatIsNotAllowedIsFoundWhereverItStands() {
        // Long enough for every width at which bytes are looked at together.
        for count in 0..<300 {
            var bytes = [UInt8](repeating: 0x61, count: count)
            withView(bytes) { #expect(XMLCharacters.isAllowed($0) && UTF8.validate($0)) }
            for index in bytes.indices {
                bytes[index] = 0x1F
                withView(bytes) { #expect(!XMLCharacters.isAllowed($0)) }
                bytes[index] = 0x80
                withView(bytes) { #expect(!XMLCharacters.isAllowed($0) && !UTF8.validate($0)) }
                bytes[index] = [0x09, 0x0A, 0x0D, 0x20, 0x22, 0x5C, 0x7F][index % 7]
                withView(bytes) { #expect(XMLCharacters.isAllowed($0)) }
            }
        }
    }

    private static func isXML(_ scalar: UInt32) -> Bool {
        switch scalar {
        case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    @Test func everyCharacterIsAllowedAsSQSSaysIt() {
        for value in 0...0x10FFFF as ClosedRange<UInt32> {
            // The edges of each range, and a sample of the rest.
            guard value < 0x100 || value & 0xFFF < 2 || value & 0xFFF > 0xFFC else { continue }
            guard let scalar = Unicode.Scalar(value) else { continue }
            withView(Array(String(Character(scalar)).utf8)) { view in
                #expect(XMLCharacters.isAllowed(view) == Self.isXML(value))
            }
        }
        #expect(XMLCharacters.isAllowed(""))
    }
}
