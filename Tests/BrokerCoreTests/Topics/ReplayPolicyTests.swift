import Testing

@testable import BrokerCore

@Suite struct ReplayPolicyTests {
    private func reason(_ text: String) -> String? {
        do throws(ReplayPolicy.Fault) {
            _ = try ReplayPolicy(text)
            return nil
        } catch {
            return error.reason
        }
    }

    private func policy(_ rest: String) -> String {
        #"{"PointType":"Timestamp","StartingPoint":"2026-01-01T00:00:00Z"\#(rest)}"#
    }

    @Test func aPolicyNamesARange() throws {
        let open = try ReplayPolicy(policy(""))
        #expect(open.start.milliseconds == 1_767_225_600_000 && open.end == nil)
        let closed = try ReplayPolicy(policy(#","EndingPoint":"2026-01-01T00:00:01Z""#))
        #expect(closed.end == Timestamp(milliseconds: 1_767_225_601_000))
    }

    @Test func whatIsNoPolicyIsRefusedWithTheReason() {
        #expect(reason("{") == "failed to parse JSON")
        #expect(reason("[]") == "failed to parse JSON")
        #expect(reason(policy(#","Until":1"#)) == "Unexpected field: Until")
        #expect(reason(#"{"PointType":"Now"}"#) == "PointType must be Timestamp")
        #expect(
            reason(#"{"PointType":"Timestamp","StartingPoint":"now"}"#)
                == "StartingPoint must be a timestamp")
        for end in ["1", #""later""#, "null"] {
            #expect(
                reason(policy(#","EndingPoint":\#(end)"#)) == "EndingPoint must be a timestamp")
        }
        for end in ["2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z"] {
            #expect(
                reason(policy(#","EndingPoint":"\#(end)""#))
                    == "EndingPoint must be after StartingPoint")
        }
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01T00:00:00.5Z", 500),
        ("1970-01-01T00:00:00.0078Z", 7), ("1970-01-01T00:00:00.Z", 0),
        ("1970-01-01T02:00:01+02:00", 1000), ("1969-12-31T19:00:01-0500", 1000),
        ("2024-02-29T12:30:45.678Z", 1_709_209_845_678),
        ("2000-03-01T00:00:00+00:30", 951_867_000_000),
    ])
    func aTimestampIsOfISO8601(text: String, milliseconds: UInt64) {
        #expect(Timestamp(iso8601: text)?.milliseconds == milliseconds)
    }

    @Test(arguments: [
        "", "2026", "2026-1-01T00:00:00Z", "2026-01-01 00:00:00Z", "2026-01-01T00:00:00",
        "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-01-32T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z", "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00+", "2026-01-01T00:00:00+02", "2026-01-01T00:00:00+x2:00",
        "2026-01-01T00:00:00+02:xx", "2026-01-01T00:00:00Z ", "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+00:01", "２026-01-01T00:00:00Z",
    ])
    func anythingElseIsNoTimestamp(text: String) {
        #expect(Timestamp(iso8601: text) == nil)
    }
}
