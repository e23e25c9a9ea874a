import Bytes
import Testing

@testable import Bench

private let taken = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"

/// Sends of a small message to a queue that a fixed server pretends to have.
private func sends(_ server: FixedServer, requestCount: Int? = nil) -> SendWorkload {
    SendWorkload(
        QueueRequests(
            RequestWriter(host: server.endpoint.authority),
            queues: [QueueAddress(url: "http://h/000000000000/q")],
            shape: MessageShape(bodySize: .fixed(10))), requestCount: requestCount)
}

@Suite struct LoadTests {
    @Test func aClosedLoopSendsEveryRequestOnce() throws {
        let server = try FixedServer(taken)
        defer { server.stop() }
        var workload = sends(server, requestCount: 500)
        let client = try LoadClient(server.endpoint, connectionCount: 7)
        let result = try client.run(&workload, LoadPlan(stop: .workload))
        #expect(result.requestCount == 500)
        #expect(result.messageCount == 500)
        #expect(server.requestCount == 500)
        #expect(result.failureCount == 0)
        #expect(result.latencies[Step.send.rawValue].count == 500)
        #expect(result.operations.count == 0)
    }

    @Test func aStallIsSeenByEverythingThatWasDueWhileItLasted() throws {
        let server = try FixedServer(taken, lateRequest: 100)
        defer { server.stop() }
        var workload = sends(server)
        let client = try LoadClient(server.endpoint, connectionCount: 1)
        let result = try client.run(
            &workload,
            LoadPlan(stop: .requests(400), schedule: ArrivalSchedule(rate: 1000)))
        // 200 ms without an answer are 200 arrivals at a thousand a second; a closed loop would
        // have seen one slow answer.
        let latencies = result.allLatencies
        let slow = 1 - Double(100) / Double(latencies.count)
        #expect(latencies.percentile(slow) > 90_000_000)
        #expect(latencies.highest >= 200_000_000)
    }

    @Test func refusalsAreCountedByStatusAndName() throws {
        let body = "{\"__type\":\"com.amazonaws.sqs#OverLimit\"}"
        let server = try FixedServer(
            "HTTP/1.1 400 Bad Request\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
        defer { server.stop() }
        var workload = sends(server, requestCount: 20)
        let client = try LoadClient(server.endpoint, connectionCount: 2)
        let result = try client.run(&workload, LoadPlan(stop: .workload))
        #expect(result.failures == ["400 OverLimit": 20])
        #expect(result.messageCount == 0)
    }

    @Test func aConnectionThatTheServerClosesIsOpenedAgain() throws {
        let server = try FixedServer(
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")
        defer { server.stop() }
        var workload = sends(server, requestCount: 30)
        let client = try LoadClient(server.endpoint, connectionCount: 3)
        let result = try client.run(&workload, LoadPlan(stop: .workload))
        #expect(result.requestCount == 30)
        #expect(result.failureCount == 0)
    }

    @Test func whatIsNotAnsweredInTimeFails() throws {
        let server = try FixedServer("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        defer { server.stop() }
        var workload = sends(server, requestCount: 3)
        let client = try LoadClient(server.endpoint, connectionCount: 3)
        let result = try client.run(
            &workload, LoadPlan(stop: .workload, timeout: 50_000_000))
        #expect(result.failures == ["no answer in time": 3])
    }

    @Test func theWarmUpIsNotCounted() throws {
        let server = try FixedServer(taken)
        defer { server.stop() }
        var workload = sends(server)
        let client = try LoadClient(server.endpoint, connectionCount: 2)
        let result = try client.run(
            &workload, LoadPlan(stop: .requests(50), warmUp: 50_000_000))
        #expect(server.requestCount > result.requestCount)
        #expect(result.requestCount >= 50)
        #expect(result.allLatencies.count == UInt64(result.requestCount))
    }
}
