import Bytes
import Testing

@Suite struct LineScanningTests {
    private static let tokenCharacters = Set(
        Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-.^_`|~".utf8))

    @Test func aTokenEndsBeforeTheFirstByteThatMayNotStandInIt() {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<40 {
                var bytes = Array("Content-Type-with.a_longer+name~0".utf8.prefix(place))
                bytes += Array(repeating: 0x78, count: place - bytes.count)
                bytes += [byte] + Array("tail:of-the-line".utf8.prefix(40 - place))
                let expected = bytes.prefix { Self.tokenCharacters.contains($0) }.count
                withView(bytes) { #expect($0.tokenByteCount == expected) }
            }
        }
        #expect(ByteView().tokenByteCount == 0)
    }

    @Test func lettersOfEitherCaseAreEqualAndNothingElseIs() {
        let text: StaticString = "x-amz-target: [@z`{"
        let lower = Array("x-amz-target: [@z`{".utf8)
        withView(Array("X-Amz-TARGET: [@Z`{".utf8)) { #expect($0.equals(lowercase: text)) }
        for place in lower.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = lower
                bytes[place] = byte
                let letter = lower[place]
                let isSame = byte == letter || (0x61...0x7A ~= letter && byte == letter - 0x20)
                withView(bytes) { #expect($0.equals(lowercase: text) == isSame) }
            }
        }
    }

    @Test func textsOfOtherLengthsAreNotEqual() {
        withView(Array("HOST".utf8)) { view in
            #expect(view.equals(lowercase: "host"))
            #expect(!view.equals(lowercase: "hos"))
            #expect(!view.equals(lowercase: "hosts"))
            #expect(!view.equals(lowercase: ""))
        }
        #expect(ByteView().equals(lowercase: ""))
    }

    @Test func linesArePassedOverAsOneByOne() {
        var shuffle = Shuffle(seed: 41)
        for _ in 0..<5_000 {
            let pool: [UInt8] = [0x61, 0x62, 0x63, 0x0D, 0x0A, 0x0D]
            var bytes: [UInt8] = []
            while bytes.count < 60 {
                bytes += shuffle.below(3) == 0 ? [0x0D, 0x0A] : [pool[shuffle.below(pool.count)]]
            }
            let line = shuffle.below(bytes.count)
            let offset = line + shuffle.below(bytes.count - line + 1)
            let expected = Self.skippingLines(bytes, from: offset, line: line)
            withView(bytes) { view in
                var found = line
                #expect(view.skippingLines(from: offset, line: &found) == expected.offset)
                #expect(found == expected.line)
            }
        }
    }

    /// The same, byte by byte.
    private static func skippingLines(
        _ bytes: [UInt8], from offset: Int, line: Int
    ) -> (offset: Int, line: Int) {
        var line = line
        for index in offset..<bytes.count where bytes[index] == 0x0A {
            guard index >= line + 2, bytes[index - 1] == 0x0D else { return (index, line) }
            line = index + 1
        }
        return (bytes.count, line)
    }
}
