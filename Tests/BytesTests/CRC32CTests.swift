import Testing

@testable import Bytes

@Suite struct CRC32CTests {
    @Test func theVectorsOfRFC3720Hold() {
        #expect(CRC32C.checksum("123456789") == 0xE306_9283)
        let cases: [([UInt8], UInt32)] = [
            ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
            ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
            ((0..<32).map { UInt8($0) }, 0x46DD_794E),
            ((0..<32).map { UInt8(31 - $0) }, 0x113F_DB5C),
            ([], 0),
        ]
        for (bytes, checksum) in cases {
            withView(bytes) { view in
                #expect(CRC32C.checksum(view) == checksum)
                #expect(CRC32C.portableChecksum(view) == checksum)
            }
        }
    }

    @Test func instructionsAndTablesAgreeAtEveryLengthAndAlignment() {
        var shuffle = Shuffle(seed: 3)
        withView(shuffle.bytes(9000)) { view in
            var counts = Array(0..<700)
            counts += [3079, 3080, 3081, 6160, 6200, 8990]
            for count in counts {
                let part = view[(count & 7)..<(count & 7) + count]
                let start = UInt32(truncatingIfNeeded: shuffle.next())
                #expect(
                    CRC32C.checksum(part, continuing: start)
                        == CRC32C.portableChecksum(part, continuing: start))
            }
        }
    }

    @Test func aChecksumContinues() {
        var shuffle = Shuffle(seed: 5)
        withView(shuffle.bytes(2000)) { view in
            let whole = CRC32C.checksum(view)
            for cut in [0, 1, 7, 500, 1999, 2000] {
                let front = CRC32C.checksum(view.prefix(cut))
                #expect(CRC32C.checksum(view.dropFirst(cut), continuing: front) == whole)
            }
        }
    }
}
