import Bytes

/// Signature Version 4 in the plainest way, over texts and arrays, to compare with.
struct NaiveSignature {
    let method: String
    let path: [UInt8]
    let query: [UInt8]
    /// The header lines without their ends.
    let lines: [[UInt8]]
    let body: [UInt8]

    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Every byte but letters, digits and `-._~` escaped.
    static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        let kept = Set(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return bytes.flatMap { byte in
            kept.contains(byte)
                ? [byte] : [0x25, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        digits.firstIndex(of: digit >= 0x61 ? digit & 0xDF : digit).map(UInt8.init)
    }

    /// What an escaped text stands for; itself when a percent sign is not followed by digits.
    static func unescaped(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var index = 0
        while index < text.count {
            if text[index] == 0x25 {
                guard index + 2 < text.count, let high = value(text[index + 1]),
                    let low = value(text[index + 2])
                else { return text }
                result.append(high << 4 | low)
                index += 3
            } else {
                result.append(text[index] == 0x2B ? 0x20 : text[index])
                index += 1
            }
        }
        return result
    }

    var canonicalPath: [UInt8] {
        var segments: [[UInt8]] = []
        for part in path.split(separator: 0x2F) where part != [0x2E] {
            if part == [0x2E, 0x2E] {
                _ = segments.popLast()
            } else {
                segments.append(Array(part))
            }
        }
        let joined = segments.flatMap { segment -> [UInt8] in
            [0x2F] + NaiveSignature.escaped(segment)
        }
        return segments.isEmpty || path.last == 0x2F ? joined + [0x2F] : joined
    }

    var canonicalQuery: [UInt8] {
        var pairs: [([UInt8], [UInt8])] = []
        for part in query.split(separator: 0x26) {
            let halves = part.split(separator: 0x3D, maxSplits: 1, omittingEmptySubsequences: false)
                .map { NaiveSignature.unescaped(Array($0)) }
            if halves[0] == Array("X-Amz-Signature".utf8) { continue }
            let value = halves.count > 1 ? halves[1] : []
            pairs.append((NaiveSignature.escaped(halves[0]), NaiveSignature.escaped(value)))
        }
        pairs.sort { left, right in
            left.0 == right.0
                ? left.1.lexicographicallyPrecedes(right.1)
                : left.0.lexicographicallyPrecedes(right.0)
        }
        return Array(pairs.map { $0.0 + [0x3D] + $0.1 }.joined(separator: [0x26]))
    }

    /// The headers by name in small letters, and their values in order.
    var headers: [[UInt8]: [[UInt8]]] {
        var headers: [[UInt8]: [[UInt8]]] = [:]
        for line in lines {
            guard let colon = line.firstIndex(of: 0x3A) else { continue }
            let name = line[..<colon].map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
            let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
            let value = line[(colon + 1)...].drop(while: isBlank).reversed().drop(while: isBlank)
            headers[name, default: []].append(value.reversed())
        }
        return headers
    }

    private static func collapsed(_ value: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in value where byte != 0x20 || result.last != 0x20 { result.append(byte) }
        return result
    }

    /// The canonical request with these headers signed.
    func canonical(names: [[UInt8]]) -> [UInt8] {
        let all = headers
        var text = Array("\(method)\n".utf8) + canonicalPath + [0x0A] + canonicalQuery + [0x0A]
        for name in names {
            let values = (all[name] ?? []).map(NaiveSignature.collapsed)
            text += name + [0x3A] + Array(values.joined(separator: [0x2C])) + [0x0A]
        }
        text += [0x0A] + Array(names.joined(separator: [0x3B])) + [0x0A]
        return text + NaiveSignature.hex(body.withByteView { SHA256Digest(of: $0) })
    }

    /// The signature of a canonical request.
    static func signature(
        of canonical: [UInt8], date: String, region: String, service: String, secret: String
    ) -> [UInt8] {
        let day = String(date.prefix(8))
        let digest = hex(canonical.withByteView { SHA256Digest(of: $0) })
        let text =
            Array("AWS4-HMAC-SHA256\n\(date)\n\(day)/\(region)/\(service)/aws4_request\n".utf8)
            + digest
        var key = "AWS4\(secret)".withByteView { key in
            day.withByteView { SHA256Digest.hmac($0, key: key) }
        }
        for word in [region, service, "aws4_request"] {
            key = word.withByteView { word in
                key.withView { SHA256Digest.hmac(word, key: $0) }
            }
        }
        return hex(text.withByteView { text in key.withView { SHA256Digest.hmac(text, key: $0) } })
    }

    private static func hex(_ digest: SHA256Digest) -> [UInt8] {
        digest.withView { $0.array }.flatMap { byte in
            [digits[Int(byte >> 4)], digits[Int(byte & 15)]].map { $0 >= 0x41 ? $0 | 0x20 : $0 }
        }
    }
}
