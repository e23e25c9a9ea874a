import Glibc

/// Structured lines on standard error: time, level, what happened, `key=value`.
///
/// Never give it a secret, a message body or a receipt handle.
struct Log: Sendable {
    /// How much a line matters.
    enum Level: Int, Comparable, Sendable {
        case debug, info, warning, error

        static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }

        var text: String {
            switch self {
            case .debug: "debug"
            case .info: "info"
            case .warning: "warning"
            case .error: "error"
            }
        }
    }

    /// The least severe level that is written.
    let level: Level

    /// A log of lines of at least `level`.
    init(level: Level) { self.level = level }

    init(_ level: Options.LogLevel) {
        switch level {
        case .debug: self.level = .debug
        case .info: self.level = .info
        case .warning: self.level = .warning
        case .error: self.level = .error
        }
    }

    func debug(_ message: String, _ fields: (String, String)...) { write(.debug, message, fields) }
    func info(_ message: String, _ fields: (String, String)...) { write(.info, message, fields) }
    func warning(_ message: String, _ fields: (String, String)...) {
        write(.warning, message, fields)
    }
    func error(_ message: String, _ fields: (String, String)...) { write(.error, message, fields) }

    /// Writes a line of `level`.
    func write(_ level: Level, _ message: String, _ fields: [(String, String)]) {
        guard level >= self.level else { return }
        var line = Log.line(
            milliseconds: SystemClock.wallMilliseconds(), level: level, message, fields)
        line.withUTF8 { bytes in
            // Safe because the kernel reads exactly the bytes of the line. One write keeps lines of
            // several threads whole.
            _ = unsafe Glibc.write(2, bytes.baseAddress, bytes.count)
        }
    }

    /// One line, with its newline.
    static func line(
        milliseconds: UInt64, level: Level, _ message: String, _ fields: [(String, String)]
    ) -> String {
        var line = "\(CalendarTime(milliseconds: milliseconds)) \(level.text) \(message)"
        for (key, value) in fields { line += " \(key)=\(quotedWhenNeeded(value))" }
        return line + "\n"
    }

    private static func quotedWhenNeeded(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x7F }
        if isPlain && !value.isEmpty { return value }
        var quoted = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case _ where scalar.value < 0x20: quoted += " "
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
