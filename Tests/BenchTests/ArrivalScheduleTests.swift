import Testing

@testable import Bench

@Suite struct ArrivalScheduleTests {
    @Test func evenArrivalsDoNotDrift() {
        var schedule = ArrivalSchedule(rate: 3000)
        for _ in 0..<3_000_000 { schedule.advance() }
        #expect(schedule.next == 1_000_000_000_000)
    }

    @Test func theFirstOperationIsDueAtOnce() {
        #expect(ArrivalSchedule(rate: 10).next == 0)
        #expect(ArrivalSchedule(rate: 10, spacing: .poisson).next == 0)
    }

    @Test func poissonArrivalsComeAtTheRateAndRepeatFromTheSeed() {
        var first = ArrivalSchedule(rate: 1000, spacing: .poisson, seed: 5)
        var second = ArrivalSchedule(rate: 1000, spacing: .poisson, seed: 5)
        var last: UInt64 = 0
        var shortGaps = 0
        for _ in 0..<100_000 {
            first.advance()
            second.advance()
            if first.next - last < 500_000 { shortGaps += 1 }
            last = first.next
        }
        #expect(first.next == second.next)
        #expect(abs(Double(last) / 1e11 - 1) < 0.02)
        // 1 - e^-0.5 of the gaps are shorter than half of the mean.
        #expect(abs(Double(shortGaps) / 100_000 - 0.3935) < 0.01)
    }
}
