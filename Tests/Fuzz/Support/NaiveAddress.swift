import Glibc

/// Addresses as the system reads them, bit by bit.
enum NaiveAddress {
    /// The bits of an address, those of IPv4 in IPv6's clothes as IPv4; nil when it is none.
    static func bits(_ text: [UInt8]) -> [Bool]? {
        guard let string = String(validating: text, as: UTF8.self), !text.contains(0) else {
            return nil
        }
        if let bytes = bytes(string, AF_INET, count: 4) { return bits(of: bytes) }
        guard let bytes = bytes(string, AF_INET6, count: 16) else { return nil }
        let isMapped = bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]
        return bits(of: isMapped ? Array(bytes.suffix(4)) : bytes)
    }

    private static func bytes(_ text: String, _ family: Int32, count: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        // Safe because there is room for an address of the family.
        return unsafe inet_pton(family, text, &bytes) == 1 ? bytes : nil
    }

    private static func bits(of bytes: [UInt8]) -> [Bool] {
        bytes.flatMap { byte in (0..<8).map { byte << UInt8($0) & 0x80 != 0 } }
    }

    /// Whether an address lies within a block, `10.0.0.0/24`; nil where the system does not know one
    /// of them, because it takes no zeros in front.
    static func isWithin(_ value: [UInt8], _ block: String) -> Bool {
        let parts = Array(block.utf8).parts(0x2F)
        guard parts.count == 2, let count = Int(parts[1].text), let wanted = bits(plain(parts[0])),
            let found = bits(plain(value))
        else { return false }
        return wanted.count == found.count && wanted.prefix(count) == found.prefix(count)
    }

    /// The address without zeros in front of the numbers of IPv4.
    static func plain(_ text: [UInt8]) -> [UInt8] {
        guard let colon = text.lastIndex(of: 0x3A) else { return withoutZeros(text) }
        let (front, last) = (text[...colon], Array(text[(colon + 1)...]))
        return last.contains(0x2E) ? Array(front) + withoutZeros(last) : text
    }

    private static func withoutZeros(_ quad: [UInt8]) -> [UInt8] {
        let numbers = quad.parts(0x2E)
        guard numbers.allSatisfy({ (1...3).contains($0.count) }) else { return quad }
        let plain = numbers.map { number -> [UInt8] in
            let rest = number.drop { $0 == 0x30 }
            return rest.isEmpty ? [0x30] : Array(rest)
        }
        return Array(plain.joined(separator: [0x2E]))
    }
}
