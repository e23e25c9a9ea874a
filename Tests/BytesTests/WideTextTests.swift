import Glibc
import Testing

@testable import Bytes

/// Memory whose end is followed by a page that cannot be touched.
@safe
private final class GuardedPages {
    private static let byteCount = 16 << 10
    private let start: UnsafeMutableRawPointer

    init() {
        let mapped = unsafe mmap(
            nil, GuardedPages.byteCount + 4096, PROT_READ | PROT_WRITE,
            MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapped = unsafe mapped, unsafe mapped != MAP_FAILED else {
            preconditionFailure("there is memory")
        }
        unsafe start = mapped
        let isGuarded = unsafe mprotect(start + GuardedPages.byteCount, 4096, PROT_NONE) == 0
        precondition(isGuarded, "the last page is guarded")
    }

    deinit { _ = unsafe munmap(start, GuardedPages.byteCount + 4096) }

    /// The bytes, copied to the very end.
    func place(_ bytes: [UInt8]) -> MutableByteView {
        let first = unsafe (start + GuardedPages.byteCount - bytes.count)
            .assumingMemoryBound(to: UInt8.self)
        for (index, byte) in bytes.enumerated() { unsafe first[index] = byte }
        // Safe because the memory is mapped up to there and lives as long as this object.
        return unsafe MutableByteView(unsafeStart: first, count: bytes.count)
    }
}

/// Texts that long runs of the same are made of, and what is not sound among them.
private let pieces: [[UInt8]] = [
    #"\u043f"#, #"\u4e2d"#, #"\ud83d\ude00"#, #"\uDBFF\uDFFF"#, #"\u0041"#, #"\u007f"#, #"\u0080"#,
    #"\u07fF"#, #"\u0800"#, #"\uffff"#, #"\u0000"#, #"\""#, #"\\"#, #"\n"#, #"\/"#, "a", "bcdefg",
    "0123456789abcdefghijklmnopqrstuvwxyz", "\u{43f}", "\u{4e2d}", "\u{1f600}", "%41", "%e4", "+",
    "%",
    "%4", "%zz", "%%2B",
].map { Array($0.utf8) }

private let faults: [[UInt8]] =
    [
        #"\ud83d"#, #"\ude00"#, #"\ud83d\u0041"#, #"\ud83d\""#, #"\u12"#, #"\u00g0"#, #"\x"#, #"\"#,
        "\"", "\n", "\u{1f}", "\u{fffe}", "\u{ffff}",
    ].map { Array($0.utf8) }
    + [
        [0x80], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x9F, 0xBF], [0xED, 0xA0, 0x80], [0xE4, 0xB8],
        [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xF0, 0x9F],
        [0xFF],
    ]

/// A text of runs, in which something may be wrong.
private func text(_ shuffle: inout Shuffle) -> [UInt8] {
    let kinds = (0...shuffle.below(5)).map { _ in pieces[shuffle.below(pieces.count)] }
    let length = shuffle.below(shuffle.below(6) == 0 ? 4000 : 300)
    // Most faults end everything, so many texts have none.
    let spacing = [0, 0, 10, 100][shuffle.below(4)]
    var text: [UInt8] = []
    while text.count < length {
        if spacing > 0, shuffle.below(spacing) == 0 {
            text += faults[shuffle.below(faults.count)]
        } else {
            text += kinds[shuffle.below(kinds.count)]
        }
    }
    // The end may cut anything.
    return Array(text.prefix(length))
}

@Suite("Text that is looked at in wide blocks")
struct WideTextTests {
    private let pages = GuardedPages()

    @Test("JSON is undone as without them, and what follows stays as it was", arguments: 0..<4)
    func json(seed: UInt64) {
        var shuffle = Shuffle(seed: seed)
        for _ in 0..<4000 {
            let text = text(&shuffle)
            var copy = text
            let place = pages.place(text)
            let (read, written) = UndoneText.json(place, portable: false)
            let expected = copy.withMutableByteView { UndoneText.json($0, portable: true) }
            #expect(read == expected.read && written == expected.written)
            #expect(place.view.prefix(written).array == Array(copy.prefix(expected.written)))
            #expect(place.view.dropFirst(read).array == Array(text.dropFirst(expected.read)))
        }
    }

    @Test("What JSON's escapes stand for is right at every place of a block")
    func jsonValues() {
        for scalar in [
            "A", "\u{7f}", "\u{80}", "\u{7ff}", "\u{800}", "\u{ffff}", "\u{10000}",
            "\u{10ffff}", "\u{1f6ff}", "\u{d7ff}", "\u{e000}",
        ] {
            let escape = scalar.utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
            for front in 0..<130 {
                let plain = String(repeating: "x", count: front)
                let text = "\\n" + plain + escape + plain + escape + escape + plain + plain
                let place = pages.place(Array(text.utf8))
                let (read, written) = UndoneText.json(place, portable: false)
                #expect(read == text.utf8.count)
                #expect(
                    place.view.prefix(written).string
                        == "\n" + plain + scalar + plain + scalar + scalar + plain + plain)
            }
        }
    }

    @Test("Forms are decoded as without them", arguments: 0..<4)
    func form(seed: UInt64) {
        var shuffle = Shuffle(seed: seed)
        for _ in 0..<4000 {
            let text = text(&shuffle)
            var copy = text
            let place = pages.place(text)
            let count = UndoneText.form(place, portable: false)
            let expected = copy.withMutableByteView { UndoneText.form($0, portable: true) }
            #expect(count == expected)
            #expect(place.view.prefix(count).array == Array(copy.prefix(expected)))
        }
    }

    @Test("UTF-8 and the characters of XML are what Swift takes for them", arguments: 0..<4)
    func characters(seed: UInt64) {
        var shuffle = Shuffle(seed: seed)
        for _ in 0..<4000 {
            let text = text(&shuffle)
            let place = pages.place(text).view
            let known = String(validating: text, as: UTF8.self)
            #expect(Unicode.UTF8.validate(place) == (known != nil))
            let isAllowed = known?.unicodeScalars.allSatisfy { scalar in
                switch scalar.value {
                case 0x9, 0xA, 0xD, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
                default: false
                }
            }
            #expect(XMLCharacters.isAllowed(place) == (isAllowed ?? false))
        }
    }
}
