import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct SignatureTests {
    private static let mismatch =
        "The request signature we calculated does not match the signature you provided. Check your "
        + "AWS Secret Access Key and signing method. Consult the service documentation for details."

    private static func isMismatch(_ answer: SignedRequest.Answer) -> Bool {
        guard case .refused(.signatureDoesNotMatch, let text) = answer else { return false }
        return text.hasPrefix(mismatch)
    }

    // MARK: What is accepted

    @Test func aSignedRequestIsOfTheKeysAccount() {
        #expect(SignedRequest().sent() == .account(1))
    }

    @Test func aKeyIsRememberedAndItsSignaturesAreStillChecked() {
        let verifier = SignatureVerifier(credentials: SignedRequest.credentials)
        let good = SignedRequest()
        var bad = good
        bad.secret = "guessed"
        for _ in 0..<3 {
            let text = good.text(authorization: good.authorization)
            #expect(SignedRequest.send(text, to: verifier) == .account(1))
            let spoilt = bad.text(authorization: bad.authorization)
            #expect(Self.isMismatch(SignedRequest.send(spoilt, to: verifier)))
        }
    }

    @Test func moreScopesThanAreRememberedAreServed() {
        let verifier = SignatureVerifier(credentials: SignedRequest.credentials)
        for round in 0..<2 {
            for number in 0..<1100 {
                var request = SignedRequest()
                request.region = "region-\(number)"
                let text = request.text(authorization: request.authorization)
                #expect(SignedRequest.send(text, to: verifier) == .account(1), "round \(round)")
            }
        }
    }

    @Test func theHeadersStandInAnyOrderAndCase() {
        var request = SignedRequest()
        request.headers.reverse()
        request.headers.append(("x-custom", "  a   b  "))
        #expect(request.sent() == .account(1))
    }

    @Test func theHeaderDateIsTakenToo() {
        var request = SignedRequest()
        request.headers[1] = ("Date", "Sun, 30 Aug 2015 12:36:00 GMT")
        #expect(request.sent() == .account(1))
        request.headers[1] = ("Date", "20150830T123600Z")
        #expect(request.sent() == .account(1))
        // X-Amz-Date counts before Date.
        request.headers.append(("X-Amz-Date", "20150830T123600Z"))
        request.headers[1] = ("Date", "Sun, 30 Aug 2015 09:00:00 GMT")
        #expect(request.sent() == .account(1))
    }

    @Test func theDigestOfTheBodyIsTakenWhenItAgrees() {
        var request = SignedRequest()
        let digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        request.headers.append(("X-Amz-Content-Sha256", digest))
        #expect(request.sent() == .account(1))
        for other in ["UNSIGNED-PAYLOAD", String(digest.reversed())] {
            request.headers[4].1 = other
            #expect(
                request.sent(authorization: request.authorization)
                    == .refused(
                        .signatureDoesNotMatch,
                        "The provided 'x-amz-content-sha256' header does not match what was "
                            + "computed."))
        }
    }

    @Test(arguments: [
        ("/111122223333/a%20b/", "Action=ListQueues&b=%C3%A4&a=1+2&a=1%2B2&flag"),
        ("/a//b/../c/./%7E~", "a=%&b=%zz&%41=%61&=empty&&"),
    ])
    func pathsAndParametersAreSigned(path: String, query: String) {
        var request = SignedRequest()
        request.path = path
        request.query = query
        #expect(request.sent() == .account(1))
        let authorization = request.authorization
        request.path += "x"
        #expect(Self.isMismatch(request.sent(authorization: authorization)))
    }

    @Test func spellingsThatMeanTheSameHaveOneSignature() {
        var request = SignedRequest()
        request.query = "b=%7Ex&a=%c3%a4&c=1+2"
        let authorization = request.authorization
        request.query = "a=%C3%A4&c=1%202&b=~x"
        #expect(request.sent(authorization: authorization) == .account(1))
    }

    // MARK: Session tokens

    @Test func aTemporaryKeyNeedsItsToken() {
        var request = SignedRequest()
        request.key = "ASIAEXAMPLE"
        request.secret = "other"
        let refused = SignedRequest.Answer.refused(
            .invalidClientTokenID, "The security token included in the request is invalid.")
        #expect(request.sent() == refused)
        request.headers.append(("X-Amz-Security-Token", SignedRequest.token))
        #expect(request.sent() == .account(2))
        request.headers[4].1 = "another"
        #expect(request.sent() == refused)
        // A lasting key has none.
        var lasting = SignedRequest()
        lasting.headers.append(("X-Amz-Security-Token", SignedRequest.token))
        #expect(lasting.sent() == refused)
        request.headers.removeLast()
        let presigned = request.presigned(token: SignedRequest.token)
        #expect(presigned.sent(authorization: nil) == .account(2))
        #expect(request.presigned().sent(authorization: nil) == refused)
    }

    // MARK: Presigned URLs

    @Test func aPresignedURLCanBeUsedUntilItExpires() {
        var request = SignedRequest()
        request.query = "Action=ListQueues&Version=2012-11-05"
        let at = SignedRequest.signedAt
        let url = request.presigned(expires: "604800")
        #expect(url.sent(authorization: nil) == .account(1))
        #expect(url.sent(authorization: nil, at: at + 604_800_000) == .account(1))
        #expect(
            url.sent(authorization: nil, at: at + 604_801_000)
                == .refused(
                    .signatureDoesNotMatch,
                    "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
                        + "(20150906T123601Z - 604800 sec.)"))
        let plain = request.presigned()
        #expect(plain.sent(authorization: nil, at: at + 900_000) == .account(1))
        #expect(plain.sent(authorization: nil, at: at + 901_000) != .account(1))
        for expires in ["0", "604801", "soon", "-1"] {
            #expect(
                request.presigned(expires: expires).sent(authorization: nil)
                    == .refused(
                        .incompleteSignature,
                        "X-Amz-Expires must be a number of seconds from 1 to 604800."))
        }
    }

    @Test func aPresignedURLSignsEverythingButItsSignature() {
        var url = SignedRequest().presigned(expires: "60")
        url.query += "&More=1"
        #expect(Self.isMismatch(url.sent(authorization: nil)))
        var other = SignedRequest().presigned(expires: "60")
        other.query = "X-Amz-Signature=" + other.query.suffix(64) + "&" + other.query.dropLast(81)
        #expect(other.sent(authorization: nil) == .account(1))
        other.body = "{ }"
        #expect(Self.isMismatch(other.sent(authorization: nil)))
    }

    @Test func aPresignedURLTellsWhatItLacks() {
        var request = SignedRequest()
        request.query = "X-Amz-Date=20150830T123600Z&X-Amz-SignedHeaders=host"
        #expect(
            request.sent(authorization: nil)
                == .refused(
                    .incompleteSignature,
                    "AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string "
                        + "parameters must include 'X-Amz-Credential'. AWS query-string parameters "
                        + "must include 'X-Amz-Signature'. Re-examine the query-string parameters.")
        )
    }

    // MARK: What is refused

    @Test func aRequestWithoutASignatureIsKnownForIt() {
        #expect(SignedRequest().sent(authorization: nil) == .missing)
        #expect(SignedRequest().sent(authorization: " ") == .missing)
    }

    @Test func anythingThatChangesAfterSigningIsNoticed() {
        let request = SignedRequest()
        let authorization = request.authorization
        let changes: [(inout SignedRequest) -> Void] = [
            { $0.body = "{ }" }, { $0.method = "GET" }, { $0.path = "/queue" },
            { $0.query = "a" }, { $0.headers[0].1 = "elsewhere" },
            { $0.headers[1].1 = "20150830T123601Z" }, { $0.headers[2].1 = "AmazonSQS.DeleteQueue" },
            { $0.headers[3].1 = "application/x-amz-json-1.1" }, { $0.headers.removeLast() },
            { $0.headers.append(("Content-Type", "application/x-amz-json-1.0")) },
        ]
        for (number, change) in changes.enumerated() {
            var changed = request
            change(&changed)
            #expect(Self.isMismatch(changed.sent(authorization: authorization)), "\(number)")
        }
        // What was not signed may change.
        var unsigned = request
        unsigned.headers.append(("X-Forwarded-For", "10.0.0.1"))
        #expect(unsigned.sent(authorization: authorization) == .account(1))
    }

    @Test func aWrongSignatureIsToldWhatItShouldHaveBeen() {
        var request = SignedRequest()
        request.secret = "wrong"
        #expect(
            request.sent()
                == .refused(
                    .signatureDoesNotMatch,
                    Self.mismatch + """
                        \n
                        The Canonical String for this request should have been
                        'POST
                        /

                        content-type:application/x-amz-json-1.0
                        host:sqs.us-east-1.example.com
                        x-amz-date:20150830T123600Z
                        x-amz-target:AmazonSQS.ListQueues

                        content-type;host;x-amz-date;x-amz-target
                        44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a'

                        The String-to-Sign should have been
                        'AWS4-HMAC-SHA256
                        20150830T123600Z
                        20150830/us-east-1/sqs/aws4_request
                        da56ac9223ef9e0cae58eb46c93761fdd2e5794e04f85370629e2fad9c9d96e0'

                        """))
        request.headers.append(("x-long", String(repeating: "a", count: 5000)))
        #expect(request.sent() == .refused(.signatureDoesNotMatch, Self.mismatch))
    }

    @Test func anUnknownKeyIsAnInvalidToken() {
        var request = SignedRequest()
        request.key = "AKIDNOBODY"
        #expect(
            request.sent()
                == .refused(
                    .invalidClientTokenID, "The security token included in the request is invalid.")
        )
    }

    @Test func theClockMayBeWrongByFifteenMinutes() {
        let at = SignedRequest.signedAt
        for wall in [at - 900_000, at + 900_000] {
            #expect(SignedRequest().sent(at: wall) == .account(1))
        }
        #expect(
            SignedRequest().sent(at: at + 901_000)
                == .refused(
                    .signatureDoesNotMatch,
                    "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z "
                        + "(20150830T125101Z - 15 min.)"))
        #expect(
            SignedRequest().sent(at: at - 901_000)
                == .refused(
                    .signatureDoesNotMatch,
                    "Signature not yet current: 20150830T123600Z is still later than "
                        + "20150830T123559Z (20150830T122059Z + 15 min.)"))
    }

    @Test func aScopeIsOfThisDayThisServiceAndARegion() {
        let faults: [((inout SignedRequest) -> Void, String)] = [
            ({ $0.region = "US" }, "Credential should be scoped to a valid region."),
            ({ $0.service = "sts" }, "Credential should be scoped to correct service: 'sqs'."),
            ({ $0.service = "sns" }, "Credential should be scoped to correct service: 'sqs'."),
            (
                { $0.terminator = "aws5_request" },
                "Credential should be scoped with a valid terminator: 'aws4_request', not "
                    + "'aws5_request'."
            ),
            (
                { $0.day = "20150829" },
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                    + "from HTTP: '20150829' != '20150830', from '20150830T123600Z'."
            ),
            (
                {
                    $0.region = ""
                    $0.service = "iam"
                },
                "Credential should be scoped to a valid region. Credential should be scoped to "
                    + "correct service: 'sqs'."
            ),
        ]
        for (change, text) in faults {
            var request = SignedRequest()
            change(&request)
            #expect(request.sent() == .refused(.signatureDoesNotMatch, text))
        }
        var topics = SignedRequest()
        topics.headers.removeLast(2)
        topics.body = "Action=ListTopics&Version=2010-03-31"
        topics.service = "sns"
        #expect(topics.sent() == .account(1))
        topics.service = "ses"
        #expect(
            topics.sent()
                == .refused(
                    .signatureDoesNotMatch,
                    "Credential should be scoped to correct service: 'sns'."))
    }

    @Test func aHeaderTellsWhatItLacks() {
        var request = SignedRequest()
        request.headers.remove(at: 1)
        #expect(
            request.sent(authorization: "AWS4-HMAC-SHA256 Credential=a/b/c/d/e")
                == .refused(
                    .incompleteSignature,
                    "Authorization header requires 'Signature' parameter. Authorization header "
                        + "requires 'SignedHeaders' parameter. Authorization header requires "
                        + "existence of either a 'X-Amz-Date' or a 'Date' header. (Hashed with "
                        + "SHA-256 and encoded with Base64) "
                        + "Authorization=m6MU2WpOkwc75yztJo65VmKJbwSbwdB7KC/4vuS86pY="))
        let texts = [
            ("Bearer secret", "Invalid key=value pair (missing equal-sign)"),
            ("AWS4-HMAC-SHA1 Credential=a", "Unsupported AWS 'algorithm': 'AWS4-HMAC-SHA1'."),
            ("Basic YTpi=", "Authorization header requires 'Credential' parameter."),
            ("AWS4-HMAC-SHA256", "Authorization header requires 'Credential' parameter."),
        ]
        for (authorization, text) in texts {
            guard
                case .refused(.incompleteSignature, let message) = SignedRequest().sent(
                    authorization: authorization)
            else {
                Issue.record("\(authorization) is not incomplete")
                continue
            }
            #expect(message.hasPrefix(text))
            #expect(!message.contains("secret"))
        }
    }

    @Test func malformedPartsAreNamed() {
        let good = SignedRequest().authorization
        #expect(
            SignedRequest().sent(
                authorization: "AWS4-HMAC-SHA256 Credential=a/b/c/d, SignedHeaders=host, "
                    + "Signature=0")
                == .refused(
                    .incompleteSignature,
                    "Credential must have exactly 5 slash-delimited elements, e.g. "
                        + "keyid/date/region/service/term, got 'a/b/c/d'"))
        for date in ["2015-08-30T12:36:00Z", "20150230T123600Z", "20150830T243600Z", "yesterday"] {
            var request = SignedRequest()
            request.headers[1].1 = date
            #expect(
                request.sent(authorization: good)
                    == .refused(
                        .incompleteSignature,
                        "Date must be in ISO-8601 'basic format'. Got '\(date)'. See "
                            + "http://en.wikipedia.org/wiki/ISO_8601"))
        }
        for (names, text) in [
            (
                "x-amz-date",
                "'Host' or ':authority' must be a 'SignedHeader' in the AWS "
                    + "Authorization."
            ),
            (
                "x-amz-date;host",
                Self.mismatch
                    + " The names of the signed headers have to be in order, each once."
            ),
            (
                "host;host",
                Self.mismatch
                    + " The names of the signed headers have to be in order, each once."
            ),
        ] {
            var request = SignedRequest()
            request.names = names
            #expect(request.sent() == .refused(.signatureDoesNotMatch, text))
        }
    }

    @Test func signaturesAreComparedWhole() {
        let good = SignedRequest().authorization
        #expect(SignedRequest().sent(authorization: good) == .account(1))
        for spoilt in [
            String(good.dropLast()), good + "0", good.dropLast() + "g",
            String(good.dropLast(64)) + good.suffix(64).uppercased(),
        ] {
            #expect(Self.isMismatch(SignedRequest().sent(authorization: spoilt)))
        }
    }

    @Test func timesAreReadToTheSecond() {
        var writer = ByteWriter()
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let time = UInt64.random(in: 0..<253_402_300_800, using: &generator) * 1000
            writer.removeAll()
            writer.append(basicCalendar: time)
            #expect(SignatureTime.basic(writer.view) == time)
        }
        #expect(SignatureTime.http("Mon, 29 Feb 2016 00:00:01 -0000") == 1_456_704_001_000)
        #expect(SignatureTime.http("Mon, 29 Feb 2016 00:00:01 PST") == nil)
        #expect(SignatureTime.http("Mon, 29 Fab 2016 00:00:01 GMT") == nil)
        #expect(SignatureTime.basic("20150229T000000Z") == nil)
    }
}
