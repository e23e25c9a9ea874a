import Bytes

@testable import BrokerCore

/// What patterns compare: numbers, addresses and wildcards, each against the plain way.
enum FilterValues {
    static func run(_ input: [UInt8]) {
        numbers(input)
        input.withByteView { text in
            let plain = NaiveAddress.bits(NaiveAddress.plain(input))
            promise((NetworkAddress(text) != nil) == (plain != nil), "an address is an address")
        }
        let parts = input.parts(most: 2)
        guard parts.count == 2 else { return }
        wildcards(parts[0], parts[1])
        let (left, right) = (FilterNumber.of(parts[0]), FilterNumber.of(parts[1]))
        if let left, let right, let first = NaiveNumber(parts[0]),
            let second = NaiveNumber(parts[1])
        {
            promise((left < right) == (first < second), "numbers are compared as numbers")
            promise((left == right) == (first == second), "numbers are equal as numbers")
        }
    }

    private static func numbers(_ input: [UInt8]) {
        let number = FilterNumber.of(input)
        promise((number == nil) == (NaiveNumber(input) == nil), "a number is a number")
    }

    /// Policies on access have wildcards of their own.
    private static func wildcards(_ pattern: [UInt8], _ value: [UInt8]) {
        guard pattern.count <= 12, value.count <= 24 else { return }
        let (text, wanted) = (value.text, pattern.text)
        promise(
            Wildcards.matches(text, pattern: wanted)
                == matches(Array(wanted.utf8)[...], Array(text.utf8)[...]), "a wildcard matches")
    }

    private static func matches(_ pattern: ArraySlice<UInt8>, _ text: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return text.isEmpty }
        if first == 0x2A {
            return (text.startIndex...text.endIndex).contains {
                matches(pattern.dropFirst(), text[$0...])
            }
        }
        guard let byte = text.first, first == 0x3F || first == byte else { return false }
        return matches(pattern.dropFirst(), text.dropFirst())
    }
}

extension FilterNumber {
    fileprivate static func of(_ text: [UInt8]) -> Int64? { text.withByteView { billionths($0) } }
}
