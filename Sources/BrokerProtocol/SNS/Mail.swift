import BrokerCore
import Bytes

/// A message of RFC 5322 with one part of text, as a sendmail-compatible command reads it: lines end
/// in a line feed.
struct Mail {
    var recipient: String
    var subject: ByteView
    var date: Timestamp
    /// What Message-ID shows before the at sign; no two mails share it.
    var identifier: String
    /// More header fields, whose values are printable ASCII.
    var fields: [(name: StaticString, value: String)] = []

    /// Whether an address can stand in a header and on a command line without meaning more than one
    /// recipient: no control characters, blanks, or characters that part or quote addresses, and no
    /// dash in front.
    static func isRecipient(_ address: String) -> Bool {
        guard !address.isEmpty, address.utf8.count <= 320, !address.hasPrefix("-") else {
            return false
        }
        return address.utf8.allSatisfy { byte in
            switch byte {
            case 0...0x20, 0x7F, 0x22, 0x28, 0x29, 0x2C, 0x3A, 0x3B, 0x3C, 0x3E, 0x5B, 0x5C, 0x5D:
                false
            default: true
            }
        }
    }

    /// The mail with this text; one for nobody when the recipient is no address.
    func encoded(text: ByteView) -> EncodedDelivery {
        guard Self.isRecipient(recipient) else {
            return .none("the endpoint is no mail address")
        }
        var mail = ByteWriter(capacity: text.count * 3 / 2 + 1024)
        mail.append("From: \"AWS Notifications\" <no-reply@sns.amazonaws.com>\nTo: ")
        mail.append(recipient)
        mail.append("\nSubject: ")
        mail.append(headerText: subject)
        mail.append("\nDate: ")
        mail.append(mailDate: date)
        mail.append("\nMessage-ID: <")
        mail.append(identifier)
        mail.append("@sns.amazonaws.com>\n")
        for (name, value) in fields where value.isPrintable {
            mail.append(name)
            mail.append(": ")
            mail.append(value)
            mail.append(Character.lineFeed)
        }
        mail.append("MIME-Version: 1.0\nContent-Type: text/plain; charset=UTF-8\n")
        if text.isMailText {
            mail.append("Content-Transfer-Encoding: 7bit\n\n")
            mail.append(text)
            if !text.hasSuffix("\n") { mail.append(Character.lineFeed) }
        } else {
            mail.append("Content-Transfer-Encoding: base64\n\n")
            mail.append(base64Lines: text)
        }
        return EncodedDelivery(address: .mail(recipient: recipient), body: mail.array)
    }
}

extension String {
    fileprivate var isPrintable: Bool { utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } }
}

extension ByteView {
    /// Whether this is text that every mail system passes on unchanged: printable ASCII in lines of
    /// a moderate length, none of which could be taken for the end.
    fileprivate var isMailText: Bool {
        var lineStart = 0
        for index in 0...count {
            guard index < count, self[index] != Character.lineFeed else {
                let line = self[lineStart..<index]
                if line.count > 900 || line.is(".") { return false }
                lineStart = index + 1
                continue
            }
            let byte = self[index]
            guard byte == Character.tab || byte >= 0x20 && byte < 0x7F else { return false }
        }
        return true
    }
}

extension ByteWriter {
    /// Appends a text as the value of a header field: as it is when it is printable ASCII, else as
    /// encoded words (RFC 2047), a line each.
    fileprivate mutating func append(headerText text: ByteView) {
        var isPlain = text.count <= 900 && text.firstIndex(of: "=?") == nil
        for index in 0..<text.count where text[index] < 0x20 || text[index] > 0x7E {
            isPlain = false
        }
        guard !isPlain else {
            append(text)
            return
        }
        var from = 0
        while from < text.count {
            // An encoded word has at most 75 characters, and no character of UTF-8 is split.
            var end = Swift.min(from + 42, text.count)
            while end > from + 39, end < text.count, text[end] & 0xC0 == 0x80 { end -= 1 }
            if from > 0 { append("\n ") }
            append("=?UTF-8?B?")
            append(base64: text[from..<end])
            append("?=")
            from = end
        }
    }

    /// Appends base64 in lines of 76 digits.
    fileprivate mutating func append(base64Lines bytes: ByteView) {
        var from = 0
        while from < bytes.count {
            let end = Swift.min(from + 57, bytes.count)
            append(base64: bytes[from..<end])
            append(Character.lineFeed)
            from = end
        }
    }

    /// Appends a time as mails have it: `Wed, 02 May 2012 00:54:06 +0000`.
    fileprivate mutating func append(mailDate time: Timestamp) {
        let days: [StaticString] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months: [StaticString] = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        var calendar = ByteWriter(capacity: 64)
        calendar.append(calendar: time.milliseconds)
        let text = calendar.view
        let month = text[5..<7].decimalNumber ?? 1
        append(days[Int(time.milliseconds / 86_400_000 % 7)])
        append(", ")
        append(text[8..<10])
        append(Character.space)
        append(months[month - 1])
        append(Character.space)
        append(text[0..<4])
        append(Character.space)
        append(text[11..<19])
        append(" +0000")
    }
}
