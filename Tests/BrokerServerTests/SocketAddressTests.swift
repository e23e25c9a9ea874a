import Testing

@testable import BrokerServer

@Suite struct SocketAddressTests {
    @Test func addressesOfBothFamiliesAreRead() {
        #expect(SocketAddress(host: "127.0.0.1", port: 1)?.authority(port: 2) == "127.0.0.1:2")
        #expect(SocketAddress(host: "localhost", port: 1)?.host == "127.0.0.1")
        #expect(SocketAddress(host: "[::1]", port: 1)?.authority(port: 2) == "[::1]:2")
        #expect(SocketAddress(host: "::", port: 1)?.authority(port: 2) == "[::]:2")
        for bad in ["", "host", "1.2.3", "::1::", "256.0.0.1"] {
            #expect(SocketAddress(host: bad, port: 1) == nil, "\(bad)")
        }
    }

    @Test func loopbackIsTold() {
        for host in ["127.0.0.1", "127.9.9.9", "::1"] {
            #expect(SocketAddress(host: host, port: 1)?.isLoopback == true, "\(host)")
        }
        for host in ["0.0.0.0", "10.0.0.1", "::", "fe80::1", "::2"] {
            #expect(SocketAddress(host: host, port: 1)?.isLoopback == false, "\(host)")
        }
    }

    @Test func keysOfEventsAreReadBack() {
        let keys: [EventKey] = [.wake, .termination, .listener(0), .listener(7)]
        for key in keys { #expect(EventKey(bits: key.bits) == key) }
    }
}
