import Testing

@testable import BrokerCore

@Suite struct ModelTests {
    @Test(arguments: ModelRun.Kind.allCases, 0..<16 as Range<UInt64>)
    func theBrokerBehavesLikeItsModel(kind: ModelRun.Kind, seed: UInt64) throws {
        let run = try ModelRun(kind: kind, seed: seed)
        do { try run.run(steps: 400) } catch let difference as ModelRun.Difference {
            Issue.record("\(kind), seed \(seed)\n\(difference.text)")
        }
    }
}

@Suite struct FanOutModelTests {
    @Test(arguments: [false, true], 0..<12 as Range<UInt64>)
    func whatIsPublishedArrivesOnce(isFIFO: Bool, seed: UInt64) throws {
        do { try FanOutRun(isFIFO: isFIFO, seed: seed).run(steps: 150) } catch let difference
            as FanOutRun.Difference
        {
            Issue.record("FIFO \(isFIFO), seed \(seed): \(difference.text)")
        }
    }
}
