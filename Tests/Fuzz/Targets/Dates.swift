import Bytes

@testable import BrokerCore

/// ISO 8601. What is written is read; what is read is near what counting days the plain way gives.
enum Dates {
    static func run(_ input: [UInt8]) {
        let text = input.text
        if let time = Timestamp(iso8601: text) {
            promise(text.utf8.count >= 20, "a date has all its parts")
            promise(
                written(time) != nil && Timestamp(iso8601: written(time) ?? "") == time,
                "\(text) is read as \(written(time) ?? "")")
            if text.hasSuffix("Z") {
                promise(
                    written(time)?.prefix(19) == text.prefix(19), "\(text) stays as it was written")
            }
        }
        // Any time before the year 10000.
        let number =
            input.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) } % 253_402_300_800_000
        let time = Timestamp(milliseconds: number)
        promise(
            Timestamp(iso8601: written(time) ?? "") == time, "what is written is read the same")
    }

    private static func written(_ time: Timestamp) -> String? {
        // Beyond the year 9999 there is no text.
        guard time.milliseconds < 253_402_300_800_000 else { return nil }
        var writer = ByteWriter()
        writer.append(calendar: time.milliseconds)
        writer.append("Z")
        return writer.view.string
    }
}
