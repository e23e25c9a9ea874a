import Testing

@testable import BrokerServer

@Suite struct CourierTLSTests {
    private let home: TemporaryDirectory
    private let identity: TestIdentity

    init() throws {
        home = try TemporaryDirectory()
        identity = try TestIdentity(
            "DNS:localhost,DNS:*.apus.test,IP:127.0.0.1", in: home.directory, called: "server")
    }

    @Test func aTrustedServerIsSpokenTo() throws {
        let server = try ScriptedServer(identity: identity) { _ in .answering() }.start()
        defer { server.stop() }
        let harness = try CourierHarness(authorities: identity.certificatePath) { _ in
            .addresses(["127.0.0.1"])
        }
        let urls = [
            server.url, "https://localhost:\(server.port)/a",
            "https://shop.apus.test:\(server.port)/",
            server.url,
        ]
        for (index, url) in urls.enumerated() {
            harness.post(UInt64(index), to: url, body: String(repeating: "x", count: 100_000))
            #expect(harness.turn(untilResults: index + 1))
            #expect(
                harness.answer(UInt64(index)) == "200 ok", "\(harness.failure(UInt64(index)) ?? "")"
            )
        }
        // The fourth is to the endpoint of the first.
        #expect(server.connections == 3)
        #expect(server.requests[3].hasSuffix("\r\n\r\n" + String(repeating: "x", count: 100_000)))
        #expect(harness.settle())
    }

    @Test func aCertificateThatNobodySignedIsRefused() throws {
        let other = try TestIdentity("DNS:localhost", in: home.directory, called: "other")
        let server = try ScriptedServer(identity: identity) { _ in .answering() }.start()
        defer { server.stop() }
        let harness = try CourierHarness(authorities: other.certificatePath)
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1) == "certificate verify failed: self-signed certificate")
        #expect(server.requests.isEmpty)
    }

    @Test func theSystemDoesNotTrustIt() throws {
        let server = try ScriptedServer(identity: identity) { _ in .answering() }.start()
        defer { server.stop() }
        let harness = try CourierHarness()
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1) == "certificate verify failed: self-signed certificate")
    }

    @Test func aCertificateForAnotherHostIsRefused() throws {
        let server = try ScriptedServer(identity: identity) { _ in .answering() }.start()
        defer { server.stop() }
        let harness = try CourierHarness(authorities: identity.certificatePath) { _ in
            .addresses(["127.0.0.1"])
        }
        harness.post(1, to: "https://shop.example.test:\(server.port)/")
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1) == "certificate verify failed: hostname mismatch")
        #expect(server.requests.isEmpty)
    }

    @Test func aNameIsNoProofOfAnAddress() throws {
        let named = try TestIdentity("DNS:localhost", in: home.directory, called: "named")
        let server = try ScriptedServer(identity: named) { _ in .answering() }.start()
        defer { server.stop() }
        let harness = try CourierHarness(authorities: named.certificatePath)
        harness.post(1, to: "https://127.0.0.1:\(server.port)/")
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1) == "certificate verify failed: IP address mismatch")
        harness.post(2, to: "https://localhost:\(server.port)/")
        #expect(harness.turn(untilResults: 2))
        #expect(harness.answer(2) == "200 ok")
    }

    @Test func aServerWithoutTLSIsNamed() throws {
        let server = try ScriptedServer { _ in [.send("HTTP/1.1 400 Bad Request\r\n\r\n"), .hang] }
            .start()
        defer { server.stop() }
        let harness = try CourierHarness(authorities: identity.certificatePath)
        harness.post(1, to: "https://127.0.0.1:\(server.port)/")
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1) == "TLS handshake failed: wrong version number")
    }

    @Test func aHandshakeThatHangsIsGivenUp() throws {
        let server = try ScriptedServer { _ in [.hang] }.start()
        defer { server.stop() }
        let harness = try CourierHarness(authorities: identity.certificatePath)
        harness.post(1, to: "https://127.0.0.1:\(server.port)/")
        #expect(harness.turn { server.connections == 1 })
        #expect(harness.settle())
        harness.now += CourierLimits.connectMilliseconds
        #expect(harness.turn(untilResults: 1))
        #expect(
            harness.failure(1)
                == "TLS handshake with https://127.0.0.1:\(server.port) not done within 5000 ms")
    }

    @Test func aServerThatHangsUpWithinTheHandshakeIsAFailure() throws {
        let server = try ScriptedServer { _ in [] }.start()
        defer { server.stop() }
        let harness = try CourierHarness(authorities: identity.certificatePath)
        harness.post(1, to: "https://127.0.0.1:\(server.port)/")
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1)?.hasPrefix("TLS handshake failed: ") == true)
    }

    @Test func aCutResponseUnderTLSIsAFailure() throws {
        let server = try ScriptedServer(identity: identity) { _ in
            [.read, .send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")]
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness(authorities: identity.certificatePath)
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        #expect(harness.failure(1) == "the connection was closed in the middle of the response")
    }

    @Test func aStaleConnectionUnderTLSIsReplacedOnce() throws {
        let server = try ScriptedServer(identity: identity) { number in
            number == 0 ? [.read, .respond(200, "first"), .read] : [.read, .respond(200, "fresh")]
        }.start()
        defer { server.stop() }
        let harness = try CourierHarness(authorities: identity.certificatePath)
        harness.post(1, to: server.url)
        #expect(harness.turn(untilResults: 1))
        harness.post(2, to: server.url)
        #expect(harness.turn(untilResults: 2))
        #expect(harness.answer(2) == "200 fresh")
    }

    @Test func aBundleThatCannotBeReadIsAProblemAtStart() {
        #expect(throws: CourierProblem(reason: "open: No such file or directory")) {
            try CourierTrust(authorities: "/nowhere.pem")
        }
        #expect(throws: CourierProblem(reason: "no certificate or crl found")) {
            try CourierTrust(authorities: identity.keyPath)
        }
    }
}
