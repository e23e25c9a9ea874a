import Bytes

/// What an account has of SMS in one region.
struct SMSSettings: Sendable {
    /// A phone number of the sandbox.
    struct SandboxNumber: Sendable {
        var number: String
        var languageCode: String
        /// What the phone was sent; nil once the number is verified.
        var oneTimePassword: String?
        /// Until when the password is valid.
        var expiresAt: Instant
    }

    /// In the order of their names.
    var attributes: [(name: String, value: String)] = []
    /// Numbers that want no messages, in order.
    var optedOut: [String] = []
    /// When numbers were opted in, for the rule of thirty days, oldest first.
    var optedIn: [(number: String, at: Instant)] = []
    /// Ordered by number.
    var sandbox: [SandboxNumber] = []

    /// Whether there is nothing to keep.
    var isEmpty: Bool {
        attributes.isEmpty && optedOut.isEmpty && optedIn.isEmpty && sandbox.isEmpty
    }

    func encode(to writer: inout ByteWriter) {
        writer.append(littleEndian: UInt32(attributes.count))
        for (name, value) in attributes {
            writer.append(counted: name)
            writer.append(counted: value)
        }
        writer.append(littleEndian: UInt32(optedOut.count))
        for number in optedOut { writer.append(counted: number) }
        writer.append(littleEndian: UInt32(optedIn.count))
        for (number, instant) in optedIn {
            writer.append(counted: number)
            writer.append(littleEndian: instant.milliseconds)
        }
        writer.append(littleEndian: UInt32(sandbox.count))
        for number in sandbox {
            writer.append(counted: number.number)
            writer.append(counted: number.languageCode)
            writer.append(counted: number.oneTimePassword ?? "")
            writer.append(littleEndian: number.expiresAt.milliseconds)
        }
    }

    init() {}

    init(decoding reader: inout RecordReader) throws(RecordError) {
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let name = try reader.text()
            attributes.append((name, try reader.text()))
        }
        for _ in 0..<(try reader.integer(UInt32.self)) { optedOut.append(try reader.text()) }
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let number = try reader.text()
            optedIn.append((number, Instant(milliseconds: try reader.integer())))
        }
        for _ in 0..<(try reader.integer(UInt32.self)) {
            let number = try reader.text()
            let language = try reader.text()
            let password = try reader.text()
            sandbox.append(
                SandboxNumber(
                    number: number, languageCode: language,
                    oneTimePassword: password.isEmpty ? nil : password,
                    expiresAt: Instant(milliseconds: try reader.integer())))
        }
    }
}
