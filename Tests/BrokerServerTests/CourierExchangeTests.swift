import BrokerNode
import Testing

@testable import BrokerServer

@Suite struct CourierExchangeTests {
    @Test func aParcelIsPostedAndItsAnswerComesBack() throws {
        let server = try ScriptedServer { _ in [.read, .respond(201, "made")] }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(
            7, to: "http://127.0.0.1:\(server.port)/a/b?c=d",
            headers: [
                ("Content-Type", "text/plain; charset=UTF-8"), ("x-amz-sns-topic-arn", "arn"),
            ])
        #expect(harness.turn(untilResults: 1))
        #expect(harness.answer(7) == "201 made")
        #expect(
            server.requests == [
                "POST /a/b?c=d HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n"
                    + "Content-Type: text/plain; charset=UTF-8\r\nx-amz-sns-topic-arn: arn\r\n"
                    + "Content-Length: 5\r\nConnection: keep-alive\r\n\r\nhello"
            ])
    }

    @Test func everyStatusIsHandedOnAndRedirectsAreNotFollowed() throws {
        let server = try ScriptedServer { _ in
            [
                .read, .respond(302, "", "Location: http://127.0.0.1:1/\r\n"), .read,
                .respond(404, "no"), .read, .respond(503, "later"),
            ]
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        for (number, answer) in [(1, "302 "), (2, "404 no"), (3, "503 later")] {
            harness.post(UInt64(number), to: server.url)
            #expect(harness.turn(untilResults: number))
            #expect(harness.answer(UInt64(number)) == answer)
        }
        #expect(server.connections == 1)
    }

    @Test func credentialsOfTheURLAreSent() throws {
        let server = try ScriptedServer { _ in [.read, .respond(200, "")] }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: "http://Aladdin:open%20sesame@localhost:\(server.port)/")
        #expect(harness.turn(untilResults: 1))
        let request = server.requests.first ?? ""
        #expect(request.contains("\r\nAuthorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\n"))
        #expect(request.contains("\r\nHost: localhost:\(server.port)\r\n"))
    }

    @Test func aLargeBodyGoesThroughInPieces() throws {
        let server = try ScriptedServer { _ in [.read, .respond(200, "ok")] }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        let body = String(repeating: "0123456789abcdef", count: 512 << 10)
        harness.post(1, to: server.url, body: body)
        #expect(harness.turn(untilResults: 1))
        #expect(harness.answer(1) == "200 ok")
        #expect(server.requests.first?.hasSuffix("\r\n\r\n" + body) == true)
    }

    @Test func aResponseMayComeInPieces() throws {
        let gate = try Wake()
        let server = try ScriptedServer { _ in
            [
                .read, .send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200"), .wait(gate),
                .send(" OK\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nhel"),
                .send("lo\r\n0\r\n\r\n"),
            ]
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url)
        #expect(harness.turn { server.requests.count == 1 })
        #expect(harness.settle())
        #expect(harness.resultCount == 0)
        gate.signal()
        #expect(harness.turn(untilResults: 1))
        #expect(harness.answer(1) == "200 hello")
    }

    @Test func nothingThatEndsALineIsSent() throws {
        let harness = try CourierHarness()
        harness.post(1, to: "http://127.0.0.1:9/\r\nX: y")
        harness.post(2, to: "http://127.0.0.1:9/", headers: [("Content-Type", "a\r\nX: y")])
        harness.post(3, to: "http://127.0.0.1:9/", headers: [("X y", "a")])
        harness.post(4, to: "http://127.0.0.1:9/", headers: [("content-length", "0")])
        #expect((harness.courier.nextDeadline ?? .max) <= harness.now)
        #expect(harness.turn(untilResults: 4))
        #expect(harness.failure(1) == "the URL has a character that has to be percent-encoded")
        #expect(harness.failure(2) == "the header field Content-Type has a control character")
        #expect(harness.failure(3) == "the name of a header field is not valid")
        #expect(harness.failure(4) == "the header field content-length cannot be chosen")
        #expect(harness.courier.nextDeadline == nil)
    }

    @Test func aServerThatHangsIsGivenUpAtTheTimeout() throws {
        let server = try ScriptedServer { _ in [.read, .hang] }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url, timeout: 15_000)
        #expect(harness.turn { server.requests.count == 1 })
        #expect(harness.settle())
        // The connection's own deadline came first and is over, so the next is the exchange's.
        harness.now += 14_999
        #expect(harness.settle())
        #expect(harness.courier.nextDeadline == harness.now + 1)
        #expect(harness.resultCount == 0)
        harness.now += 1
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1) == "no response within 15000 ms")
        #expect(harness.elapsed[1] == 15_000)
        #expect(harness.turn { server.ended == 1 })
        #expect(harness.courier.nextDeadline == nil)
    }

    @Test func aResponseThatDoesNotEndIsGivenUpAtTheTimeout() throws {
        let server = try ScriptedServer { _ in
            [.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), .hang]
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url, timeout: 1_000)
        #expect(harness.turn { server.requests.count == 1 })
        #expect(harness.settle())
        harness.now += 1_000
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1)?.hasSuffix("within 1000 ms") == true)
    }

    @Test func aCutResponseIsAFailure() throws {
        let texts = [
            "", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", "HTTP/1.1 200 OK\r\nA: b",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nhalf",
        ]
        for (index, text) in texts.enumerated() {
            let server = try ScriptedServer { _ in [.read, .send(text)] }.start()
            defer { server.stop() }
            let harness = try CourierHarness()
            harness.post(1, to: server.url)
            #expect(harness.turn(untilResults: 1))
            #expect(
                harness.failure(1)
                    == (index == 0
                        ? "the connection was closed without a response"
                        : "the connection was closed in the middle of the response"))
        }
    }

    @Test func garbageIsAFailure() throws {
        let server = try ScriptedServer { _ in [.read, .send("SSH-2.0-OpenSSH_9.2\r\n"), .hang] }
            .start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1) == "the response is not HTTP/1.1")
    }

    @Test func aServerThatRefusesIsNamed() throws {
        let server = try ScriptedServer { _ in [] }
        let port = server.port
        server.stop()
        let harness = try CourierHarness()
        harness.post(1, to: "http://127.0.0.1:\(port)/")
        #expect(harness.turn(untilResults: 1))
        #expect(
            harness.failure(1)
                == "cannot connect to http://127.0.0.1:\(port): connect: Connection refused")
    }

    @Test func onlyTheFrontOfABodyIsKept() throws {
        let body = String(repeating: "x", count: 5_000)
        let server = try ScriptedServer { _ in
            [.read, .respond(200, body), .read, .respond(200, "ok")]
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        #expect(harness.answer(1) == "200 " + String(repeating: "x", count: 4_096))
        harness.post(2, to: server.url)
        #expect(harness.turn(untilResults: 2))
        #expect(server.connections == 1)
    }

    @Test func aBodyWithoutAnEndIsCutOff() throws {
        let body = String(repeating: "x", count: 1 << 20)
        let server = try ScriptedServer { _ in
            [.read, .send("HTTP/1.1 500 Oh\r\n\r\n"), .send(body), .hang]
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        #expect(harness.answer(1)?.hasPrefix("500 xxx") == true)
        #expect(harness.turn { server.ended == 1 })
    }
}
