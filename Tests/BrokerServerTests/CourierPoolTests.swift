import BrokerNode
import Synchronization
import Testing

@testable import BrokerServer

@Suite struct CourierPoolTests {
    @Test func aConnectionCarriesOneExchangeAfterAnother() throws {
        let server = try ScriptedServer { _ in .answering() }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        for number in 1...20 {
            harness.post(UInt64(number), to: server.url)
            #expect(harness.turn(untilResults: number))
        }
        #expect(server.connections == 1)
        #expect(server.requests.count == 20)
    }

    @Test func anEndpointHasEightConnectionsAndTheRestWaitsInOrder() throws {
        let gate = try Wake()
        let server = try ScriptedServer { _ in
            [.read, .wait(gate), .respond(200, "ok")] + .answering()
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        for number in 1...40 { harness.post(UInt64(number), to: server.url, body: "\(number)") }
        #expect(harness.turn { server.requests.count == 8 })
        #expect(harness.settle())
        #expect(server.connections == 8)
        gate.signal()
        #expect(harness.turn(untilResults: 40))
        #expect(harness.resultCount == 40)
        #expect(server.connections == 8)
        #expect(harness.results.count == 40)
        #expect((1...40).allSatisfy { harness.answer($0) == "200 ok" })
    }

    @Test func anEndpointThatHangsDelaysNobodyElse() throws {
        let hanging = try ScriptedServer { _ in [.read, .hang] }.start()
        defer { hanging.stop() }
        let others = try (0..<20).map { _ in try ScriptedServer { _ in .answering() }.start() }
        defer { for other in others { other.stop() } }
        let harness = try CourierHarness()
        for number in 0..<100 { harness.post(UInt64(1_000 + number), to: hanging.url) }
        for round in 0..<5 {
            for (index, other) in others.enumerated() {
                harness.post(UInt64(round * 20 + index), to: other.url)
            }
        }
        // The clock stands still, so nothing of this has waited for a timeout.
        #expect(harness.turn(untilResults: 100))
        #expect((0..<100).allSatisfy { harness.answer($0) == "200 ok" })
        #expect(hanging.connections == 8)
        // Each timeout gives the next eight their turn.
        for round in 1...13 {
            #expect(harness.turn { hanging.requests.count == min(round * 8, 100) })
            #expect(harness.settle())
            harness.now += 15_000
            #expect(harness.turn(untilResults: 100 + min(round * 8, 100)))
        }
        #expect((1_000..<1_100).allSatisfy { harness.failure($0) == "no response within 15000 ms" })
        #expect(harness.resultCount == 200)
    }

    @Test func aStaleConnectionIsReplacedOnce() throws {
        let server = try ScriptedServer { number in
            number == 0 ? [.read, .respond(200, "first"), .read] : [.read, .respond(200, "fresh")]
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        harness.post(2, to: server.url)
        #expect(harness.turn(untilResults: 2))
        #expect(harness.answer(2) == "200 fresh")
        #expect(server.connections == 2)
        #expect(server.requests.count == 3)
    }

    @Test func aResetOfAStaleConnectionIsNoFailureEither() throws {
        let server = try ScriptedServer { number in
            number == 0
                ? [.read, .respond(200, "first"), .reset, .read] : [.read, .respond(200, "fresh")]
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        harness.post(2, to: server.url)
        #expect(harness.turn(untilResults: 2))
        #expect(harness.answer(2) == "200 fresh")
    }

    @Test func aFreshConnectionThatDiesIsAFailure() throws {
        let server = try ScriptedServer { number in
            number == 0 ? [.read, .respond(200, "first"), .read] : [.read]
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        harness.post(2, to: server.url)
        #expect(harness.turn(untilResults: 2))
        #expect(harness.failure(2) == "the connection was closed without a response")
        #expect(server.connections == 2)
    }

    @Test func aConnectionThatDiesWithinAResponseIsAFailure() throws {
        let server = try ScriptedServer { _ in
            [.read, .respond(200, "first"), .read, .send("H")]
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        harness.post(2, to: server.url)
        #expect(harness.turn(untilResults: 2))
        #expect(harness.failure(2) == "the connection was closed in the middle of the response")
        #expect(server.connections == 1)
    }

    @Test func anIdleConnectionThatTheServerClosesIsForgotten() throws {
        let server = try ScriptedServer { _ in [.read, .respond(200, "ok")] }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        #expect(harness.turn { server.ended == 1 })
        #expect(harness.settle())
        harness.post(2, to: server.url)
        #expect(harness.turn(untilResults: 2))
        #expect(harness.answer(2) == "200 ok")
        #expect(server.requests.count == 2)
    }

    @Test func anIdleConnectionIsClosedAfterTenSeconds() throws {
        let server = try ScriptedServer { _ in .answering() }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        harness.now += CourierLimits.idleMilliseconds - 1
        #expect(harness.settle())
        #expect(server.ended == 0)
        #expect(harness.courier.nextDeadline == harness.now + 1)
        harness.now += 1
        #expect(harness.turn { server.ended == 1 })
        #expect(harness.courier.nextDeadline == nil)
    }

    @Test func aConnectionThatIsToBeClosedIsNotUsedAgain() throws {
        let server = try ScriptedServer { _ in
            [.read, .respond(200, "ok", "Connection: close\r\n"), .hang]
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        for number in 1...3 {
            harness.post(UInt64(number), to: server.url)
            #expect(harness.turn(untilResults: number))
            #expect(server.connections == number)
        }
    }

    @Test func sharesShrinkWhenThereAreManyConnections() throws {
        let hanging = try (0..<4).map { _ in try ScriptedServer { _ in [.read, .hang] }.start() }
        defer { for server in hanging { server.stop() } }
        let other = try ScriptedServer { _ in .answering() }.start()
        defer { other.stop() }
        let harness = try CourierHarness(connectionLimit: 24)
        for (index, server) in hanging.enumerated() {
            for number in 0..<20 { harness.post(UInt64(index * 100 + number), to: server.url) }
        }
        harness.post(9_000, to: other.url)
        #expect(harness.turn(untilResults: 1))
        #expect(harness.answer(9_000) == "200 ok")
        #expect(harness.turn { hanging.map(\.connections) == [8, 4, 2, 2] })
    }

    @Test func whenAllConnectionsAreBusyOthersWaitForOne() throws {
        let hanging = try ScriptedServer { _ in [.read, .hang] }.start()
        defer { hanging.stop() }
        let others = try (0..<3).map { _ in try ScriptedServer { _ in .answering() }.start() }
        defer { for other in others { other.stop() } }
        let harness = try CourierHarness(connectionLimit: 1)
        harness.post(1, to: hanging.url)
        #expect(harness.turn { hanging.requests.count == 1 })
        for (index, other) in others.enumerated() { harness.post(UInt64(2 + index), to: other.url) }
        #expect(harness.settle())
        #expect(harness.resultCount == 0)
        harness.now += 15_000
        // The one connection is given to one after the other.
        #expect(harness.turn(untilResults: 4))
        #expect((2...4).allSatisfy { harness.answer($0) == "200 ok" })
    }

    @Test func endpointsShareTheLastConnection() throws {
        let servers = try (0..<3).map { _ in try ScriptedServer { _ in .answering() }.start() }
        defer { for server in servers { server.stop() } }
        let harness = try CourierHarness(connectionLimit: 1)
        for number in 0..<30 { harness.post(UInt64(number), to: servers[number % 3].url) }
        // The clock stands still: nobody waits until a connection has been idle for long.
        #expect(harness.turn(untilResults: 30))
        #expect((0..<30).allSatisfy { harness.answer($0) == "200 ok" })
    }

    @Test func whatIsBeyondTheLimitsOfTheLineFailsAtOnce() throws {
        let hanging = try ScriptedServer { _ in [.read, .hang] }.start()
        defer { hanging.stop() }
        let harness = try CourierHarness()
        let count = CourierLimits.waitingPerEndpoint
        for number in 0...count { harness.post(UInt64(number), to: hanging.url, body: "") }
        harness.turn()
        #expect(harness.resultCount == 1)
        #expect(
            harness.failure(UInt64(count))
                == "too many deliveries wait for http://127.0.0.1:\(hanging.port)")
    }
}
