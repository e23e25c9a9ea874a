import Testing

@testable import BrokerServer

private func reason(_ text: String) -> String? {
    do throws(CourierProblem) {
        _ = try WebAddress(text)
        return nil
    } catch {
        return error.reason
    }
}

@Suite struct CourierAddressTests {
    @Test func aURLIsTakenApart() throws {
        let address = try WebAddress("http://Example.com:8080/a/b?c=d#e")
        #expect(address.endpoint.host == "example.com")
        #expect(address.endpoint.port == 8080)
        #expect(!address.endpoint.isSecure)
        #expect(address.target == "/a/b?c=d")
        #expect(address.endpoint.authority == "example.com:8080")
        #expect(address.credentials == nil)
    }

    @Test func portsAreThoseOfTheSchemeUnlessSaid() throws {
        #expect(try WebAddress("http://a").endpoint.port == 80)
        #expect(try WebAddress("HTTPS://a/").endpoint.port == 443)
        #expect(try WebAddress("https://a:/").endpoint.port == 443)
        #expect(try WebAddress("https://a:443").endpoint.authority == "a")
        #expect(try WebAddress("http://a:443").endpoint.authority == "a:443")
    }

    @Test func aPathIsNeverEmpty() throws {
        #expect(try WebAddress("http://a").target == "/")
        #expect(try WebAddress("http://a?b").target == "/?b")
        #expect(try WebAddress("http://a#b").target == "/")
    }

    @Test func literalAddressesAreHosts() throws {
        #expect(try WebAddress("http://127.0.0.1:9/").endpoint.host == "127.0.0.1")
        let address = try WebAddress("https://[::1]:9/x")
        #expect(address.endpoint.host == "::1")
        #expect(address.endpoint.authority == "[::1]:9")
        #expect(try WebAddress("https://[::1]").endpoint.authority == "[::1]")
    }

    @Test func credentialsAreDecodedAndNotPartOfTheHost() throws {
        let address = try WebAddress("http://us%40er:p%3Ass@host/")
        #expect(address.credentials == Array("us@er:p:ss".utf8))
        #expect(address.endpoint.authority == "host")
        #expect(try WebAddress("http://user@host/").credentials == Array("user:".utf8))
        #expect(try WebAddress("http://u:p@@host/").credentials == Array("u:p@".utf8))
    }

    @Test func whatCouldBeInjectedIsRefused() {
        let encoded = "the URL has a character that has to be percent-encoded"
        #expect(reason("http://a/\r\nX: y") == encoded)
        #expect(reason("http://a/b c") == encoded)
        #expect(reason("http://a/\u{7F}") == encoded)
        #expect(reason("http://ä/") == encoded)
    }

    @Test func faultsAreNamed() {
        #expect(reason("ftp://a") == "the URL begins neither with http:// nor with https://")
        #expect(reason("http:a") == "the URL begins neither with http:// nor with https://")
        #expect(reason("http://") == "the URL has no host")
        #expect(reason("http://:80/") == "the URL has no host")
        #expect(reason("http://a:0/") == "the URL's port is not valid")
        #expect(reason("http://a:65536/") == "the URL's port is not valid")
        #expect(reason("http://a:+1/") == "the URL's port is not valid")
        #expect(reason("http://a:1:2/") == "the URL's port is not valid")
        #expect(reason("http://a_b$/") == "the URL's host is not valid")
        #expect(reason("http://[::1/") == "the URL's IPv6 address has no closing bracket")
        #expect(reason("http://[127.0.0.1]/") == "the URL's IPv6 address is not valid")
        #expect(reason("http://[::1]x/") == "the URL's host is not valid")
        #expect(reason("http://%zz@a/") == "the URL's user name is not valid")
        #expect(reason("http://a:%1@a/") == "the URL's password is not valid")
        #expect(
            reason("http://a/" + String(repeating: "a", count: 8_192))
                == "the URL is longer than 8192 bytes")
    }
}
