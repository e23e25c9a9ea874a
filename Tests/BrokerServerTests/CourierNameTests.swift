import BrokerNode
import Testing

@testable import BrokerServer

@Suite struct CourierNameTests {
    @Test func namesAreLookedUpOnceInAWhile() throws {
        let server = try ScriptedServer { _ in
            [.read, .respond(200, "ok", "Connection: close\r\n")]
        }.start()
        defer { server.stop() }
        let asked = Lock<[String]>([])
        let harness = try CourierHarness { host in
            asked.withLock { $0.append(host) }
            return .addresses(["127.0.0.1"])
        }
        for number in 1...5 { harness.post(UInt64(number), to: "http://Shop.test:\(server.port)/") }
        #expect(harness.turn(untilResults: 5))
        #expect((1...5).allSatisfy { harness.answer($0) == "200 ok" })
        #expect(asked.withLock { $0 } == ["shop.test"])
        harness.now += CourierLimits.nameMilliseconds
        harness.post(6, to: "http://shop.test:\(server.port)/")
        #expect(harness.turn(untilResults: 6))
        #expect(asked.withLock { $0.count } == 2)
    }

    @Test func theNextAddressIsTriedWhenOneRefuses() throws {
        let server = try ScriptedServer { _ in [.read, .respond(200, "ok")] }.start()
        defer { server.stop() }
        // Nobody listens on the second address of loopback.
        let harness = try CourierHarness { _ in .addresses(["127.0.0.2", "127.0.0.1"]) }
        harness.post(1, to: "http://shop.test:\(server.port)/")
        #expect(harness.turn(untilResults: 1))
        #expect(harness.answer(1) == "200 ok")
    }

    @Test func aNameWithoutAddressesIsAFailure() throws {
        let harness = try CourierHarness { _ in .failed(reason: "Name or service not known") }
        harness.post(1, to: "http://nobody.test/")
        #expect(harness.turn(untilResults: 1))
        #expect(
            harness.failure(1) == "nobody.test cannot be resolved: Name or service not known")
        #expect(harness.courier.nextDeadline == nil)
    }

    @Test func aLookUpThatHangsDelaysNobodyElse() throws {
        let gate = try Wake()
        defer { gate.signal() }
        let server = try ScriptedServer { _ in .answering() }.start()
        defer { server.stop() }
        let harness = try CourierHarness { host in
            if host == "slow.test" { gate.sleep() }
            return .addresses(["127.0.0.1"])
        }
        for number in 0..<8 { harness.post(UInt64(100 + number), to: "http://slow.test:1/") }
        for number in 0..<20 {
            harness.post(UInt64(number), to: "http://name\(number).test:\(server.port)/")
        }
        #expect(harness.turn(untilResults: 20))
        #expect((0..<20).allSatisfy { harness.answer($0) == "200 ok" })
        harness.now += CourierLimits.connectMilliseconds
        #expect(harness.turn(untilResults: 28))
        #expect(harness.failure(100) == "slow.test was not resolved within 5000 ms")
        // The answer that comes at last finds nobody, and is kept.
        gate.signal()
        harness.post(200, to: "http://slow.test:\(server.port)/")
        #expect(harness.turn(untilResults: 29))
        #expect(harness.answer(200) == "200 ok")
    }

    @Test func manyNamesThatHangHoldNoMoreThanTheThreadsThereAre() throws {
        let gate = try Wake()
        let running = Lock(0)
        let most = Lock(0)
        let harness = try CourierHarness { _ in
            let count = running.withLock { count in
                count += 1
                return count
            }
            most.withLock { $0 = max($0, count) }
            gate.sleep()
            running.withLock { $0 -= 1 }
            return .failed(reason: "gone")
        }
        for number in 0..<30 { harness.post(UInt64(number), to: "http://name\(number).test/") }
        #expect(harness.turn { running.withLock { $0 } == CourierLimits.lookupThreads })
        gate.signal()
        #expect(harness.turn(untilResults: 30))
        #expect(most.withLock { $0 } == CourierLimits.lookupThreads)
    }

    @Test func thisMachineNeedsNoLookUp() throws {
        let server = try ScriptedServer { _ in [.read, .respond(200, "ok")] }.start()
        defer { server.stop() }
        let harness = try CourierHarness { _ in .failed(reason: "not asked") }
        harness.post(1, to: "http://localhost:\(server.port)/")
        harness.post(2, to: "http://shop.localhost:\(server.port)/")
        harness.post(3, to: "http://127.0.0.1:\(server.port)/")
        #expect(harness.turn(untilResults: 3))
        #expect((1...3).allSatisfy { harness.answer($0) == "200 ok" })
    }

    @Test func theSystemKnowsItself() {
        guard case .addresses(let found) = NameLookup.addresses(of: "localhost") else {
            Issue.record("localhost has an address")
            return
        }
        #expect(found.contains("127.0.0.1") || found.contains("::1"))
        guard case .failed = NameLookup.addresses(of: "nobody.invalid") else {
            Issue.record("nobody.invalid has no address")
            return
        }
    }
}
