import Bytes
import Testing

@Suite struct SipHashTests {
    // Key and input of the reference implementation's vectors: bytes 0, 1, 2, …
    private let key = SipKey(k0: 0x0706_0504_0302_0100, k1: 0x0F0E_0D0C_0B0A_0908)
    private let input = (0..<64).map { UInt8($0) }

    @Test func hash64GivesTheReferenceVectors() {
        withView(input) { view in
            #expect(SipHash.hash64(view.prefix(0), key) == 0x726F_DB47_DD0E_0E31)
            #expect(SipHash.hash64(view.prefix(1), key) == 0x74F8_39C5_93DC_67FD)
            #expect(SipHash.hash64(view.prefix(8), key) == 0x93F5_F579_9A93_2462)
            #expect(SipHash.hash64(view.prefix(15), key) == 0xA129_CA61_49BE_45E5)
        }
    }

    @Test func hash128GivesTheReferenceVectors() {
        withView(input) { view in
            // vectors_sip128[0] = a3 81 7f 04 ba 25 a8 e6  6d f6 72 14 c7 55 02 93
            #expect(
                SipHash.hash128(view.prefix(0), key)
                    == Hash128(first: 0xE6A8_25BA_047F_81A3, second: 0x9302_55C7_1472_F66D))
            // vectors_sip128[1] = da 87 c1 d8 6b 99 af 44  34 76 59 11 9b 22 fc 45
            #expect(
                SipHash.hash128(view.prefix(1), key)
                    == Hash128(first: 0x44AF_996B_D8C1_87DA, second: 0x45FC_229B_1159_7634))
        }
    }

    @Test func piecesHashLikeTheWhole() {
        var shuffle = Shuffle(seed: 1)
        for count in 0..<100 {
            let bytes = shuffle.bytes(count)
            withView(bytes) { view in
                var hasher = SipHasher(key: key)
                var offset = 0
                while offset < count {
                    let piece = min(count - offset, shuffle.below(20))
                    hasher.update(view[offset..<offset + piece])
                    offset += piece
                }
                #expect(hasher.finish() == SipHash.hash128(view, key))
            }
        }
    }

    @Test func anIntegerHashesLikeItsBytes() {
        var hasher = SipHasher(key: key)
        hasher.update(littleEndian: UInt32(0x0302_0100))
        hasher.update(littleEndian: UInt64(0x0B0A_0908_0706_0504))
        hasher.update(UInt8(12))
        withView(input) { view in
            #expect(hasher.finish() == SipHash.hash128(view.prefix(13), key))
        }
    }
}
