import Testing

@testable import BrokerCore

/// The times of replay policies.
@Suite struct DateTests {
    @Test func aDayHasToBeOneOfItsMonth() {
        for text in [
            "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
            "2026-12-32T00:00:00Z", "2026-01-00T00:00:00Z",
        ] {
            #expect(Timestamp(iso8601: text) == nil, "\(text)")
        }
        for text in ["2024-02-29T00:00:00Z", "2000-02-29T00:00:00Z", "2026-12-31T23:59:59Z"] {
            #expect(Timestamp(iso8601: text) != nil, "\(text)")
        }
    }

    @Test func anOffsetHasToBeOneOfHoursAndMinutes() {
        for zone in ["+24:00", "-00:60", "+99:99"] {
            #expect(Timestamp(iso8601: "2026-01-01T00:00:00" + zone) == nil, "\(zone)")
        }
        #expect(
            Timestamp(iso8601: "2026-01-01T01:30:00+01:30")
                == Timestamp(iso8601: "2026-01-01T00:00:00Z"))
    }
}
