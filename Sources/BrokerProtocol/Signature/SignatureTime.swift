import Bytes

/// Reads the times that signatures are made at, in milliseconds since 1970.
enum SignatureTime {
    /// Reads `20150830T123600Z`.
    static func basic(_ text: ByteView) -> UInt64? {
        guard text.count == 16, text[8] == 0x54, text[15] == 0x5A else { return nil }
        return milliseconds(
            year: text[0..<4].decimalNumber, month: text[4..<6].decimalNumber,
            day: text[6..<8].decimalNumber, hour: text[9..<11].decimalNumber,
            minute: text[11..<13].decimalNumber, second: text[13..<15].decimalNumber)
    }

    /// Reads `Sun, 30 Aug 2015 12:36:00 GMT`, the form of the header `Date`.
    static func http(_ text: ByteView) -> UInt64? {
        guard text.count >= 26, text[3] == Character.comma, text[19] == Character.colon,
            text[22] == Character.colon
        else { return nil }
        let zone = text.dropFirst(25).trimmed
        guard zone.is("GMT") || zone.is("UTC") || zone.is("+0000") || zone.is("-0000")
        else { return nil }
        return milliseconds(
            year: text[12..<16].decimalNumber, month: month(text[8..<11]),
            day: text[5..<7].decimalNumber, hour: text[17..<19].decimalNumber,
            minute: text[20..<22].decimalNumber, second: text[23..<25].decimalNumber)
    }

    private static func month(_ name: ByteView) -> Int? {
        let names: ByteView = "JanFebMarAprMayJunJulAugSepOctNovDec"
        for number in 0..<12 where names[number * 3..<number * 3 + 3] == name { return number + 1 }
        return nil
    }

    private static func milliseconds(
        year: Int?, month: Int?, day: Int?, hour: Int?, minute: Int?, second: Int?
    ) -> UInt64? {
        guard let year, let month, let day, let hour, let minute, let second, year >= 1970,
            (1...12).contains(month), day >= 1, day <= length(of: month, year), hour < 24,
            minute < 60, second < 60
        else { return nil }
        // Years begin in March here, so that the leap day is last.
        let shifted = month > 2 ? year : year - 1
        let era = shifted / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        let days = era * 146_097 + dayOfEra - 719_468
        return UInt64(((days * 24 + hour) * 60 + minute) * 60 + second) * 1000
    }

    private static func length(of month: Int, _ year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
