import Bytes

/// One value of a message as filter patterns see it.
struct FilterValue {
    enum Kind: UInt8 {
        case string, number, `true`, `false`, null
    }

    let kind: Kind
    /// Of a number: whether `number` is its value. An attribute can claim to be a number.
    let isNumeric: Bool
    /// The string, unescaped, or the number as it was written.
    let text: ByteView
    /// In billionths.
    let number: Int64

    init(_ kind: Kind, text: ByteView = ByteView()) {
        let number = kind == .number ? FilterNumber.billionths(text) : nil
        self.kind = kind
        self.text = text
        self.number = number ?? 0
        isNumeric = number != nil
    }

    /// A number that is known in billionths only.
    init(number: Int64) {
        kind = .number
        isNumeric = true
        text = ByteView()
        self.number = number
    }
}
