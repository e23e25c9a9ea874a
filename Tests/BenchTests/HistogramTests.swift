import Testing

@testable import Bench

@Suite struct HistogramTests {
    @Test func percentilesAreAtMostOnePart128TooHighAndNeverTooLow() {
        var generator = SeededGenerator(seed: 7)
        for scale in [100.0, 10_000, 1_000_000, 1e9] {
            let histogram = Histogram()
            var values: [UInt64] = []
            for _ in 0..<5000 {
                let value = UInt64(scale * generator.nextExponential())
                values.append(value)
                histogram.record(value)
            }
            values.sort()
            for fraction in [0.01, 0.5, 0.9, 0.99, 0.999, 1] {
                let rank = max(1, Int((5000 * fraction).rounded(.up)))
                let exact = values[rank - 1]
                let told = histogram.percentile(fraction)
                #expect(told >= exact)
                #expect(Double(told) <= Double(exact) * (1 + 1.0 / 128) + 1)
            }
        }
    }

    @Test func everyValueLiesWithinTheBoundsOfItsBucket() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<20_000 {
            let value = generator.next() >> UInt64.random(in: 23..<64, using: &generator)
            let bucket = Histogram.bucket(value)
            #expect(value <= Histogram.upperBound(bucket))
            #expect(bucket == 0 || value > Histogram.upperBound(bucket - 1))
        }
    }

    @Test func valuesBeyondTheLimitShareTheLastBucketAndKeepTheHighest() {
        let histogram = Histogram()
        histogram.record(.max)
        histogram.record(1 << 50)
        #expect(histogram.count == 2)
        #expect(histogram.highest == .max)
        #expect(histogram.percentile(1) >= 1 << 40)
    }

    @Test func addingHistogramsIsRecordingEverythingInOne() {
        let (first, second, both) = (Histogram(), Histogram(), Histogram())
        for value in stride(from: UInt64(3), to: 900_000, by: 1717) {
            (value % 2 == 0 ? first : second).record(value)
            both.record(value)
        }
        first.add(second)
        #expect(first.count == both.count)
        #expect(first.mean == both.mean)
        #expect(first.lowest == 3)
        for percent in 0...100 {
            let fraction = Double(percent) / 100
            #expect(first.percentile(fraction) == both.percentile(fraction))
        }
    }

    @Test func nothingIsLeftAfterRemovingAll() {
        let histogram = Histogram()
        #expect(histogram.percentile(0.5) == 0)
        histogram.record(5)
        histogram.removeAll()
        #expect(histogram.count == 0)
        #expect(histogram.percentile(1) == 0)
        #expect(histogram.mean == 0)
        #expect(histogram.spread(perDecade: 10).isEmpty)
    }

    @Test func theSpreadHoldsEveryValueOnce() {
        let histogram = Histogram()
        for value in [UInt64(900), 1100, 1200, 50_000] { histogram.record(value) }
        let spread = histogram.spread(perDecade: 5)
        #expect(spread.reduce(0) { $0 + $1.count } == 4)
        #expect(spread.first.map { $0.from <= 900 } == true)
        #expect(spread.last.map { $0.to >= 50_000 } == true)
    }
}
