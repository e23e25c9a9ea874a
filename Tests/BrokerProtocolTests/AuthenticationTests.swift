import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

/// What becomes of a request by what is known of its sender.
@Suite struct AuthenticationTests {
    private static func decode(
        _ buffer: TestBuffer, by authentication: Authentication
    ) throws -> DecodedAction {
        var decoder = ActionDecoder(configuration: ProtocolConfiguration())
        switch decoder.decode(try buffer.decodeRequest(), by: authentication) {
        case .action(let action): return action
        case .answer(.refused(let error), let form): throw Refused(error: error, form: form)
        case .answer: throw TestBuffer.Incomplete()
        }
    }

    private struct Refused: Error {
        let error: BrokerError
        let form: ResponseForm
    }

    private static func refusal(
        of buffer: TestBuffer, by authentication: Authentication = .missing
    ) -> Refused? {
        do {
            _ = try decode(buffer, by: authentication)
            return nil
        } catch {
            return error as? Refused
        }
    }

    private static let form = TestBuffer.form

    @Test func anUnsignedRequestToSQSIsDenied() {
        for buffer in [
            TestBuffer.json("ListQueues", "{}", path: "/1/q"),
            TestBuffer.json("NoSuchAction", "{}", path: "/1/q"),
            TestBuffer.form("Action=ListQueues", path: "/1/q"),
            TestBuffer.form("Action=NoSuchAction", path: "/1/q"),
        ] {
            let refused = Self.refusal(of: buffer)
            #expect(
                refused?.error
                    == BrokerError(
                        .accessDenied,
                        "Access to the resource http://localhost:4566/1/q is denied."))
            #expect(refused?.form.service == .sqs)
        }
    }

    @Test func anUnsignedRequestToSNSLacksItsToken() {
        let refused = Self.refusal(
            of: TestBuffer.form("Action=Publish&Version=2010-03-31&Message=a"))
        #expect(
            refused?.error
                == BrokerError(
                    .missingAuthenticationToken, "Request is missing Authentication Token"))
        #expect(refused?.form.service == .sns)
    }

    @Test func linksOfNotificationsNeedNoSignature() throws {
        let arn = "arn:aws:sns:us-east-1:000000000000:t:1"
        for action in [
            "Unsubscribe&SubscriptionArn=\(arn)", "ConfirmSubscription&TopicArn=a&Token=b",
        ] {
            let decoded = try Self.decode(
                TestBuffer.form("Action=\(action)&AWSAccessKeyId=111122223333"), by: .missing)
            // Not even a key's name is believed.
            #expect(decoded.caller.account == .anonymous)
            switch decoded.action {
            case .topic(.unsubscribe(let fields)): #expect(!fields.isAuthenticated)
            case .topic(.confirmSubscription(let fields)): #expect(!fields.isAuthenticated)
            default: Issue.record("another action")
            }
            let signed = try Self.decode(
                TestBuffer.form("Action=\(action)"), by: .signed(AccountID(number: 7)))
            #expect(signed.caller.account == AccountID(number: 7))
            #expect(
                Self.refusal(
                    of: TestBuffer.form("Action=\(action)"),
                    by: .refused(BrokerError(.signatureDoesNotMatch, "no")))?.error.message == "no")
        }
    }

    @Test func theAccountIsTheSignersAndNotTheNamedOne() throws {
        let headers =
            "Authorization: AWS4-HMAC-SHA256 Credential=111122223333/20261121/eu-west-1/sqs/"
            + "aws4_request, SignedHeaders=host, Signature=0\r\n"
        for buffer in [
            TestBuffer.json("ListQueues", "{}", headers: headers),
            TestBuffer.form("Action=ListQueues", headers: headers),
        ] {
            let decoded = try Self.decode(buffer, by: .signed(AccountID(number: 7)))
            #expect(decoded.caller.account == AccountID(number: 7))
            #expect(decoded.caller.region == "eu-west-1")
        }
    }

    @Test func aRefusalSpeaksTheProtocolOfItsRequest() {
        let error = BrokerError(.invalidClientTokenID, "no")
        let json = Self.refusal(of: TestBuffer.json("ListQueues", "{}"), by: .refused(error))
        #expect(json?.form.wire == .json)
        let query = Self.refusal(of: TestBuffer.form("Action=ListQueues"), by: .refused(error))
        #expect(query?.form.wire == .query)
        // A service that is not offered here is the signature's fault, whose refusal says so.
        let other = Self.refusal(
            of: TestBuffer.form(
                "Action=ListQueues",
                headers: "Authorization: AWS4-HMAC-SHA256 Credential=a/b/c/sts/aws4_request\r\n"),
            by: .refused(error))
        #expect(other?.error == error)
    }

    @Test func pathsWithoutAnActionAndPreflightsNeedNone() throws {
        var decoder = ActionDecoder(configuration: ProtocolConfiguration())
        let get = TestBuffer("GET /1/q HTTP/1.1\r\nHost: a\r\n\r\n")
        guard
            case .answer(.unknownOperation, _) = decoder.decode(
                try get.decodeRequest(), by: .missing)
        else {
            Issue.record("the path has an action")
            return
        }
        let options = TestBuffer("OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\n")
        guard
            case .answer(.preflight, _) = decoder.decode(
                try options.decodeRequest(), by: .missing)
        else {
            Issue.record("a preflight was refused")
            return
        }
    }
}
