import Bytes

/// An address of IPv4 or IPv6. One of IPv4 stands in the lowest 32 bits.
struct NetworkAddress: Equatable {
    var isIPv6: Bool
    var high: UInt64 = 0
    var low: UInt64 = 0

    private init(isIPv6: Bool, high: UInt64, low: UInt64) {
        self.isIPv6 = isIPv6
        self.high = high
        self.low = low
    }

    /// The address that the whole text is; nil when it is none. An IPv4 address in IPv6's clothes
    /// (`::ffff:10.0.0.1`) is the IPv4 address.
    init?(_ text: ByteView) {
        // The longest is eight groups of four digits, or six and an IPv4 address.
        guard text.count >= 2, text.count <= 45 else { return nil }
        if text.firstIndex(of: UInt8(ascii: ":")) == nil {
            guard let value = Self.quad(text) else { return nil }
            self.init(isIPv6: false, high: 0, low: value)
        } else {
            guard let (high, low) = Self.groups(text) else { return nil }
            let isMapped = high == 0 && low >> 32 == 0xFFFF
            self.init(isIPv6: !isMapped, high: high, low: isMapped ? low & 0xFFFF_FFFF : low)
        }
    }

    /// The address with all but its first `bits` bits cleared.
    func masked(_ bits: Int) -> NetworkAddress {
        guard isIPv6 else {
            return NetworkAddress(isIPv6: false, high: 0, low: low & ~(0xFFFF_FFFF >> UInt64(bits)))
        }
        // A shift by the whole width or more gives zero.
        return NetworkAddress(
            isIPv6: true, high: high & ~(UInt64.max >> UInt64(min(bits, 64))),
            low: low & ~(UInt64.max >> UInt64(max(bits - 64, 0))))
    }

    /// `10.0.0.1`
    private static func quad(_ text: ByteView) -> UInt64? {
        var value: UInt64 = 0
        var octets = 0
        var octet: UInt64 = 0
        var digits = 0
        for index in 0...text.count {
            let byte = index < text.count ? text[index] : UInt8(ascii: ".")
            if byte == UInt8(ascii: ".") {
                guard digits > 0, octet <= 255 else { return nil }
                value = value << 8 | octet
                octets += 1
                (octet, digits) = (0, 0)
            } else {
                guard byte &- 0x30 < 10, digits < 3 else { return nil }
                octet = octet * 10 + UInt64(byte - 0x30)
                digits += 1
            }
        }
        return octets == 4 ? value : nil
    }

    /// Up to eight groups of hexadecimal digits, of which `::` leaves out those that are zero.
    private static func groups(_ text: ByteView) -> (UInt64, UInt64)? {
        var groups: InlineArray<8, UInt64> = .init(repeating: 0)
        var count = 0
        var gap: Int?
        var index = 0
        if text.hasPrefix("::") {
            gap = 0
            index = 2
        }
        while index < text.count {
            let end = text.firstIndex(of: UInt8(ascii: ":"), from: index) ?? text.count
            let part = text[index..<end]
            if end == text.count, part.firstIndex(of: UInt8(ascii: ".")) != nil {
                guard count <= 6, let value = quad(part) else { return nil }
                groups[count] = value >> 16
                groups[count + 1] = value & 0xFFFF
                count += 2
            } else {
                guard count < 8, let value = group(part) else { return nil }
                groups[count] = value
                count += 1
            }
            index = end + 1
            if index == text.count { return nil }
            if index < text.count, text[index] == UInt8(ascii: ":") {
                guard gap == nil else { return nil }
                gap = count
                index += 1
            }
        }
        guard gap == nil ? count == 8 : count < 8 else { return nil }
        return join(groups, count, gap: gap ?? count)
    }

    private static func group(_ text: ByteView) -> UInt64? {
        guard text.count >= 1, text.count <= 4 else { return nil }
        var value: UInt64 = 0
        for index in 0..<text.count {
            let digit = text[index] &- 0x30
            let letter = (text[index] | 0x20) &- 0x61
            guard digit < 10 || letter < 6 else { return nil }
            value = value << 4 | UInt64(digit < 10 ? digit : letter + 10)
        }
        return value
    }

    /// The two halves of eight groups, those from `gap` on moved to the end.
    private static func join(
        _ groups: InlineArray<8, UInt64>, _ count: Int, gap: Int
    ) -> (UInt64, UInt64) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<count {
            let place = index < gap ? index : index + 8 - count
            if place < 4 {
                high |= groups[index] << UInt64(16 * (3 - place))
            } else {
                low |= groups[index] << UInt64(16 * (7 - place))
            }
        }
        return (high, low)
    }
}

/// A block of addresses: `10.0.0.0/24`.
struct AddressBlock {
    private let address: NetworkAddress
    private let bits: Int

    /// Parses a block; what is wrong with it is said in AWS's words.
    init(_ text: String) throws(FilterPolicyError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            throw FilterPolicyError("Malformed CIDR, one '/' required")
        }
        guard let bits = Int(parts[1]) else {
            throw FilterPolicyError("Malformed CIDR, mask bits must be an integer")
        }
        guard bits >= 0 else {
            throw FilterPolicyError("Malformed CIDR, mask bits must not be negative")
        }
        let address = String(parts[0]).withByteView { NetworkAddress($0) }
        guard let address else {
            throw FilterPolicyError("Nonstandard IP address: \(parts[0])")
        }
        let width = address.isIPv6 ? 128 : 32
        guard bits <= width else {
            throw FilterPolicyError(
                "\(address.isIPv6 ? "IPv6" : "IPv4") mask bits must be < \(width + 1)")
        }
        self.address = address.masked(bits)
        self.bits = bits
    }

    /// The pattern that finds addresses of this block.
    var pattern: FilterPattern {
        var pattern = FilterPattern(kind: address.isIPv6 ? .addressIPv6 : .addressIPv4)
        pattern.operand.count = UInt32(bits)
        pattern.high = Int64(bitPattern: address.high)
        pattern.low = Int64(bitPattern: address.low)
        return pattern
    }
}
