import BrokerCore
import Bytes

/// Reads the values of options from text.
enum OptionText {
    /// Reads `on` or `off`.
    static func read(_ text: String, into value: inout Bool) -> Bool {
        switch text {
        case "on": value = true
        case "off": value = false
        default: return false
        }
        return true
    }

    /// Reads a decimal number within `allowed`.
    static func read<Number: FixedWidthInteger>(
        _ text: String, into value: inout Number, allowed: ClosedRange<Number>
    ) -> Bool {
        guard text.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = Number(text),
            allowed.contains(number)
        else { return false }
        value = number
        return true
    }

    /// Reads a size of at least `least` bytes.
    static func read(_ text: String, into value: inout UInt64, atLeast least: UInt64) -> Bool {
        guard let size = ByteSize.parse(text), size >= least else { return false }
        value = size
        return true
    }

    /// Reads the name of a case.
    static func read<Choice: RawRepresentable<String>>(
        _ text: String, into value: inout Choice
    ) -> Bool {
        guard let choice = Choice(rawValue: text) else { return false }
        value = choice
        return true
    }

    /// Reads `commit`, `interval=MS` or `memory`.
    static func durability(_ text: String) -> Options.Durability? {
        switch text {
        case "commit": return .commit
        case "memory": return .memory
        default: break
        }
        guard text.hasPrefix("interval=") else { return nil }
        var milliseconds = 0
        guard read(String(text.dropFirst(9)), into: &milliseconds, allowed: 1...60_000)
        else { return nil }
        return .interval(milliseconds: milliseconds)
    }

    /// Reads twelve digits.
    static func account(_ text: String) -> AccountID? {
        var writer = ByteWriter(capacity: 64)
        writer.append(text)
        return AccountID(writer.view)
    }

    static func onOff(_ value: Bool) -> String { value ? "on" : "off" }

    /// `text` without spaces and tabs at either end.
    static func trimmed(_ text: String) -> String {
        let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" }
        let front = text.drop(while: isSpace)
        guard let last = front.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(front[...last])
    }
}
