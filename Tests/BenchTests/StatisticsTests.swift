import Testing

@testable import Bench

@Suite struct StatisticsTests {
    @Test func theMedianStandsInTheMiddle() {
        #expect(Statistics.median([]) == nil)
        #expect(Statistics.median([5]) == 5)
        #expect(Statistics.median([9, 1, 5]) == 5)
        #expect(Statistics.median([4, 1, 3, 2]) == 2.5)
    }

    @Test func theSpreadIsHalfOfTheRangeByTheMedian() {
        #expect(Statistics.spread([]) == nil)
        #expect(Statistics.spread([10]) == 0)
        #expect(Statistics.spread([9, 10, 11]) == 0.1)
    }

    @Test func aRatioNeedsBothValues() {
        #expect(Statistics.ratio(3, 2) == 1.5)
        #expect(Statistics.ratio(nil, 2) == nil)
        #expect(Statistics.ratio(3, 0) == nil)
    }

    @Test func numbersAreWrittenForPeople() {
        #expect(fixed(-0.04, 1) == "0.0")
        #expect(fixed(1.005e3, 2) == "1005.00")
        #expect(fixed(.infinity, 1) == "?")
        #expect(grouped(1_234_567) == "1,234,567")
        #expect(grouped(-999) == "-999")
        #expect(short(0.12345) == "0.123")
        #expect(short(12.34) == "12.3")
        #expect(memoryText(1536) == "1.5 KiB")
        #expect(memoryText(3 << 30) == "3.00 GiB")
    }

    @Test func sizesFollowTheirDistribution() {
        var generator = SeededGenerator(seed: 3)
        let uniform = BodySize.uniform(10...20).lengths(2000, &generator)
        #expect(uniform.min() == 10 && uniform.max() == 20)
        let tailed = BodySize.logNormal(median: 1000, sigma: 1).lengths(4001, &generator).sorted()
        #expect(abs(Double(tailed[2000]) - 1000) < 100)
        #expect(tailed[4000] > 10_000)
        var again = SeededGenerator(seed: 3)
        #expect(BodySize.uniform(10...20).lengths(2000, &again) == uniform)
    }

    @Test func JSONIsEscapedAndNumbersKeepTheirDigits() {
        let value = JSONValue.object([
            ("a\"b", .list([.null, .count(3), .number(1.5, digits: 2), .text("x\n")])),
            ("none", .optional(nil, digits: 1)), ("bad", .number(.nan, digits: 1)),
        ])
        #expect(value.written == "{\"a\\\"b\":[null,3,1.50,\"x\\n\"],\"none\":null,\"bad\":null}")
    }
}
