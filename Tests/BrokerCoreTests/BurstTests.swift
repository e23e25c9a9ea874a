import Bytes
import Testing

@testable import BrokerCore

/// More that falls due at once than one tick deals with.
@Suite struct BurstTests {
    private let count = 5000

    private func crowdedScenario(timeout: Int) throws -> Scenario {
        let scenario = Scenario()
        _ = try scenario.run(
            "create orders VisibilityTimeout=\(timeout) MessageRetentionPeriod=3600")
        _ = try scenario.run("crowd orders \(count)")
        return scenario
    }

    @Test func timeoutsThatEndTogetherAreSpreadOverTicks() throws {
        let scenario = try crowdedScenario(timeout: 10)
        let world = scenario.world
        world.leap(milliseconds: 10_000)
        world.tick()
        #expect(
            try scenario.counts(of: "orders")
                == "\(Limits.chores * 2) ready, 0 delayed, \(count - Limits.chores * 2) in flight")
        let deadline = world.broker.nextDeadline
        #expect(deadline.map { $0 <= world.now.instant } == true, "more is due")
        // What is due is no longer in flight, though its turn has not come.
        _ = try scenario.run("delete orders h1")
        world.advance(milliseconds: 0)
        #expect(
            try scenario.counts(of: "orders") == "\(count - 1) ready, 0 delayed, 0 in flight")
        try scenario.restart()
        #expect(
            try scenario.counts(of: "orders") == "\(count - 1) ready, 0 delayed, 0 in flight")
        #expect(InvariantChecker.faults(of: world.broker).isEmpty)
    }

    @Test func messagesThatExpireTogetherAreSpreadOverTicks() throws {
        let scenario = try crowdedScenario(timeout: 43_200)
        scenario.world.leap(milliseconds: 3_600_000)
        scenario.world.tick()
        #expect(scenario.world.broker.messageCount == count - Limits.chores)
        // Nobody receives what has expired, whether or not it has been removed.
        #expect(try scenario.run("receive orders") == ["nothing"])
        scenario.world.advance(milliseconds: 0)
        #expect(scenario.world.broker.messageCount == 0)
        #expect(scenario.world.broker.liveByteCount == 0)
        try scenario.restart()
        #expect(scenario.world.broker.messageCount == 0)
    }

    @Test func aReceiveThatWaitsGetsWhatMuchThatExpiredWasBefore() throws {
        let scenario = try crowdedScenario(timeout: 43_200)
        scenario.world.leap(milliseconds: 3_599_999)
        _ = try scenario.run("send orders young")
        scenario.world.leap(milliseconds: 1)
        #expect(try scenario.run("receive orders wait=20") == ["w1 waits"])
        #expect(scenario.world.broker.messageCount == count + 1 - Limits.chores * 2)
        #expect(try scenario.run("advance 0s") == ["w1: h2 m1 young"])
    }

    @Test func aPurgedQueueIsSweptOverTicks() throws {
        let scenario = try crowdedScenario(timeout: 30)
        _ = try scenario.run("purge orders")
        #expect(scenario.world.broker.messageCount == count)
        _ = try scenario.run("send orders new")
        #expect(scenario.world.broker.messageCount == count - Limits.chores + 1)
        scenario.world.advance(milliseconds: 0)
        #expect(scenario.world.broker.messageCount == 1)
        #expect(try scenario.run("receive orders").first?.hasSuffix(" new") == true)
        try scenario.restart()
        #expect(scenario.world.broker.messageCount == 1)
        #expect(InvariantChecker.faults(of: scenario.world.broker).isEmpty)
    }
}
