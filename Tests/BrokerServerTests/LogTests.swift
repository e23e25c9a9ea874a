import Testing

@testable import BrokerServer

@Suite struct LogTests {
    @Test func aLineHasTimeLevelMessageAndFields() {
        let line = Log.line(
            milliseconds: 1_795_230_900_123, level: .warning, "something happened",
            [("count", "3"), ("path", "a b"), ("quote", "say \"hi\"\n"), ("empty", "")])
        #expect(
            line == "2026-11-21T03:15:00.123Z warning something happened count=3 path=\"a b\" "
                + "quote=\"say \\\"hi\\\"\\n\" empty=\"\"\n")
    }

    @Test func datesFollowTheCalendar() {
        #expect(CalendarTime(milliseconds: 0).description == "1970-01-01T00:00:00.000Z")
        #expect(
            CalendarTime(milliseconds: 951_782_400_000).description == "2000-02-29T00:00:00.000Z")
        #expect(
            CalendarTime(milliseconds: 4_107_542_399_999).description == "2100-02-28T23:59:59.999Z")
    }
}
