import Testing

@testable import Bytes

@Suite struct DigestTests {
    private func digits(_ digest: MD5Digest) -> String {
        var writer = ByteWriter()
        writer.append(hex: digest)
        return writer.view.string
    }

    private func digits(_ digest: SHA256Digest) -> String {
        var writer = ByteWriter()
        digest.withView { writer.append(hex: $0) }
        return writer.view.string
    }

    @Test func md5GivesTheVectorsOfRFC1321() {
        let vectors: [(ByteView, String)] = [
            ("", "d41d8cd98f00b204e9800998ecf8427e"),
            ("a", "0cc175b9c0f1b6a831c399e269772661"),
            ("abc", "900150983cd24fb0d6963f7d28e17f72"),
            ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
            ("abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"),
            (
                "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
                "d174ab98d277d9f5a5611c2c9f419d9f"
            ),
            (
                "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
                "57edf4a22be3c955ac49da2e2107b67a"
            ),
        ]
        let batch = MD5Digest.digests(of: vectors.map(\.0))
        for (number, (text, expected)) in vectors.enumerated() {
            #expect(digits(MD5Digest(of: text)) == expected)
            #expect(digits(batch[number]) == expected)
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>, MD5Width.available)
    func aBatchDigestsLikeOpenSSL(seed: UInt64, width: MD5Width) {
        var shuffle = Shuffle(seed: seed)
        let limit = [66, 130, 3000][Int(seed % 3)]
        withView(shuffle.bytes(4096)) { memory in
            var batch = MD5Batch(capacity: 1, width: width)
            for _ in 0..<3 {
                var views: [ByteView] = []
                for _ in 0..<3 {
                    for _ in 0..<shuffle.below(50) {
                        let start = shuffle.below(1000)
                        let view = memory[start..<start + shuffle.below(limit)]
                        #expect(batch.add(view) == views.count)
                        views.append(view)
                    }
                    batch.finish()
                    #expect(batch.finishedCount == views.count)
                }
                for (number, view) in views.enumerated() {
                    #expect(batch[number] == MD5Digest(of: view))
                }
                batch.removeAll()
                #expect(batch.count == 0)
            }
        }
    }

    @Test(arguments: 0..<20 as Range<UInt64>, MD5Width.available)
    func aLineDigestsPieceByPieceLikeOpenSSL(seed: UInt64, width: MD5Width) {
        var shuffle = Shuffle(seed: seed)
        withView(shuffle.bytes(5000)) { memory in
            var line = MD5Line(width: width)
            var waiting: [ByteView] = []
            for _ in 0..<60 {
                for _ in 0..<shuffle.below([2, 12, 40][Int(seed % 3)]) {
                    let start = shuffle.below(1000)
                    waiting.append(memory[start..<start + shuffle.below(4000)])
                    line.add(waiting[waiting.count - 1])
                }
                line.step(byteCount: 64 * (1 + shuffle.below(20)))
                while !waiting.isEmpty, line.isDigested(first: 1) {
                    #expect(line.takeFirst() == MD5Digest(of: waiting.removeFirst()))
                }
                #expect(line.count == waiting.count)
            }
            for view in waiting {
                line.step(byteCount: 1 << 20)
                #expect(line.takeFirst() == MD5Digest(of: view))
            }
        }
    }

    @Test func everyLengthAroundABlockEndsALineRight() {
        var shuffle = Shuffle(seed: 9)
        withView(shuffle.bytes(300)) { memory in
            for length in 0...300 {
                var line = MD5Line()
                line.add(memory.prefix(length))
                line.step(byteCount: 128)
                #expect(line.isDigested(first: 1) == (length < 192))
                line.step(byteCount: 256)
                #expect(line.takeFirst() == MD5Digest(of: memory.prefix(length)))
            }
        }
    }

    @Test func everyLengthAroundABlockIsPaddedRight() {
        var shuffle = Shuffle(seed: 8)
        withView(shuffle.bytes(300)) { memory in
            let views = (0...300).map { memory.prefix($0) }
            for (view, digest) in zip(views, MD5Digest.digests(of: views)) {
                #expect(digest == MD5Digest(of: view))
            }
        }
    }

    @Test func sha256GivesTheVectorsOfFIPS180() {
        #expect(
            digits(SHA256Digest(of: ""))
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            digits(SHA256Digest(of: "abc"))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        withView([UInt8](repeating: 0x61, count: 1_000_000)) { view in
            let expected = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
            #expect(digits(SHA256Digest(of: view)) == expected)
            var hasher = SHA256Hasher()
            hasher.update(view.prefix(1234))
            let fork = hasher
            hasher.update(view.dropFirst(1234))
            #expect(digits(hasher.finish()) == expected)
            #expect(fork.finish() == SHA256Digest(of: view.prefix(1234)))
        }
    }

    @Test func hmacGivesTheVectorsOfRFC4231() {
        let cases: [([UInt8], [UInt8], String)] = [
            (
                [UInt8](repeating: 0x0B, count: 20), Array("Hi There".utf8),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
            ),
            (
                Array("Jefe".utf8), Array("what do ya want for nothing?".utf8),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
            ),
            (
                [UInt8](repeating: 0xAA, count: 131),
                Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
            ),
        ]
        for (key, message, expected) in cases {
            withView(key) { key in
                withView(message) { message in
                    #expect(digits(SHA256Digest.hmac(message, key: key)) == expected)
                }
            }
        }
    }

    @Test func aSHA256DigestComesBackFromItsBytes() {
        let digest = SHA256Digest(of: "abc")
        #expect(digest.withView { SHA256Digest(bytes: $0) } == digest)
        #expect(SHA256Digest(bytes: "short") == nil)
        #expect(digest != SHA256Digest(of: "abd"))
        #expect(Set([digest, SHA256Digest(of: "abc")]).count == 1)
    }
}
