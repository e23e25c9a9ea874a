/// `value` with this many digits after the point.
func fixed(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "?" }
    var factor = 1.0
    for _ in 0..<digits { factor *= 10 }
    let scaled = UInt64((abs(value) * factor).rounded())
    let sign = value < 0 && scaled > 0 ? "-" : ""
    let whole = scaled / UInt64(factor)
    guard digits > 0 else { return "\(sign)\(whole)" }
    let part = String(scaled % UInt64(factor))
    return "\(sign)\(whole).\(String(repeating: "0", count: digits - part.count))\(part)"
}

/// A whole number with a comma before each three digits.
func grouped(_ value: Double) -> String {
    let digits = Array(fixed(abs(value), 0))
    var text = value < 0 && digits != ["0"] ? "-" : ""
    for (index, digit) in digits.enumerated() {
        if index > 0 && (digits.count - index) % 3 == 0 { text += "," }
        text.append(digit)
    }
    return text
}

/// A whole number with a comma before each three digits.
func grouped(_ value: Int) -> String { grouped(Double(value)) }

/// A value with three digits that matter, as tables and axes show it.
func short(_ value: Double) -> String {
    switch abs(value) {
    case 100...: grouped(value)
    case 10..<100: fixed(value, 1)
    case 1..<10: fixed(value, 2)
    case 0: "0"
    default: fixed(value, 3)
    }
}

/// Bytes as KiB, MiB or GiB.
func memoryText(_ byteCount: UInt64) -> String {
    let bytes = Double(byteCount)
    if bytes < 1024 { return "\(byteCount) B" }
    if bytes < 1_048_576 { return "\(fixed(bytes / 1024, 1)) KiB" }
    if bytes < 1_073_741_824 { return "\(fixed(bytes / 1_048_576, 1)) MiB" }
    return "\(fixed(bytes / 1_073_741_824, 2)) GiB"
}

/// `text` with spaces after it up to a width.
func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
}

/// `text` with spaces before it up to a width.
func aligned(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
}
