import BrokerCore
import Bytes

/// The parameters of a form or a query string, percent-decoded where they stand.
struct QueryParameters {
    /// One name and its value.
    struct Parameter {
        var name: ByteView
        var value: MutableByteView
    }

    /// The most parameters of one request. Ten messages with ten attributes each take 360.
    static let limit = 2048

    /// The longest name. No action has one of half that length, so longer ones are passed over; it
    /// keeps the cost of putting the parameters in order small.
    static let nameByteCount = 128

    /// The refusal of more.
    static let tooMany = BrokerError(
        .serialization, "The request has more than \(limit) parameters.")

    private(set) var all: [Parameter] = []
    /// Whether some name has more than one segment, so that order matters.
    private var hasPaths = false

    /// Forgets all parameters and keeps the memory of a usual request.
    mutating func removeAll() {
        all.removeAll(keepingCapacity: all.capacity <= 512)
        hasPaths = false
    }

    /// Adds the parameters of `text`, decoding it in place. O(n).
    mutating func append(_ text: MutableByteView) throws(BrokerError) {
        var from = 0
        while from < text.count {
            let end = text.view.firstIndex(of: Character.ampersand, from: from) ?? text.count
            if end > from {
                guard all.count < Self.limit else {
                    throw QueryParameters.tooMany
                }
                append(pair: text[from..<end])
            }
            from = end + 1
        }
    }

    private mutating func append(pair: MutableByteView) {
        let equals = pair.view.firstIndex(of: Character.equals) ?? pair.count
        let name = PercentCoding.decodeForm(pair[0..<equals]).view
        guard name.count <= Self.nameByteCount else { return }
        let coded = pair[min(equals + 1, pair.count)..<pair.count]
        if name.firstIndex(of: Character.dot) != nil { hasPaths = true }
        all.append(Parameter(name: name, value: PercentCoding.decodeForm(coded)))
    }

    /// The value of the first parameter called `name`, or nil.
    func value(of name: StaticString) -> ByteView? {
        for parameter in all where parameter.name.is(name) { return parameter.value.view }
        return nil
    }

    /// Brings the members of each structure and list together, elements by number. O(n log n), and
    /// O(n) when they stand in that order already.
    mutating func sort() {
        guard hasPaths else { return }
        for index in 1..<max(all.count, 1)
        where Self.path(all[index].name, precedes: all[index - 1].name) {
            all.sort { Self.path($0.name, precedes: $1.name) }
            return
        }
    }

    /// Whether `left` comes before `right`: segment by segment, numbers by value and before names.
    static func path(_ left: ByteView, precedes right: ByteView) -> Bool {
        var from = 0
        while true {
            // Both are equal up to `from`.
            let leftEnd = left.firstIndex(of: Character.dot, from: from) ?? left.count
            let rightEnd = right.firstIndex(of: Character.dot, from: from) ?? right.count
            let leftSegment = left[from..<leftEnd]
            let rightSegment = right[from..<rightEnd]
            if leftSegment != rightSegment {
                return segment(leftSegment, precedes: rightSegment)
            }
            if leftEnd == left.count || rightEnd == right.count {
                return leftEnd == left.count && rightEnd < right.count
            }
            from = leftEnd + 1
        }
    }

    private static func segment(_ left: ByteView, precedes right: ByteView) -> Bool {
        switch (left.isNumber, right.isNumber) {
        case (true, false): return true
        case (false, true): return false
        case (true, true):
            let leftDigits = left.withoutLeadingZeros
            let rightDigits = right.withoutLeadingZeros
            if leftDigits.count != rightDigits.count { return leftDigits.count < rightDigits.count }
            if leftDigits != rightDigits { return leftDigits.precedes(rightDigits) }
            return left.count < right.count
        case (false, false): return left.precedes(right)
        }
    }
}

extension ByteView {
    static func != (left: ByteView, right: ByteView) -> Bool { !(left == right) }

    /// Whether these are digits only, at least one.
    var isNumber: Bool {
        var index = 0
        while index < count {
            guard self[index] >= 0x30, self[index] <= 0x39 else { return false }
            index += 1
        }
        return count > 0
    }

    fileprivate var withoutLeadingZeros: ByteView {
        var zeros = 0
        while zeros < count, self[zeros] == Character.zero { zeros += 1 }
        return dropFirst(zeros)
    }
}
