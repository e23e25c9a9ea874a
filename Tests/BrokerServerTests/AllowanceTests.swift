import Testing

@testable import BrokerServer

@Suite struct AllowanceTests {
    @Test func looksAtTheClockOnceInFourSteps() {
        var allowance = Allowance(nanoseconds: 100)
        var looks: [Int] = []
        for step in 1...12 {
            let isSpent = allowance.isSpent(
                clock: {
                    looks.append(step)
                    return UInt64(step * 10)
                }(), work: UInt64(step * 10))
            #expect(!isSpent)
        }
        #expect(looks == [4, 8, 12])
    }

    @Test func endsWhenTheTimeIsOverAndStaysSo() {
        var allowance = Allowance(nanoseconds: 100)
        let spent = (1...20).map { step in
            allowance.isSpent(clock: UInt64(step * 20), work: UInt64(500 + step * 20))
        }
        // The time begins with the fourth step and is over after the ninth; the twelfth looks again.
        #expect(spent == (1...20).map { $0 >= 12 })
        let isStillSpent = allowance.isSpent(clock: 0, work: 0)
        #expect(isStillSpent)
    }

    @Test func waitsForAProcessorDoNotCount() {
        var allowance = Allowance(nanoseconds: 100)
        // Of each twenty nanoseconds the thread has a processor for five.
        let spent = (1...100).map { step in
            allowance.isSpent(clock: UInt64(step * 20), work: UInt64(step * 5))
        }
        #expect(spent.firstIndex(of: true) == 23)
    }
}
