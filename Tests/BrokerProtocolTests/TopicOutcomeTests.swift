import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct TopicOutcomeTests {
    typealias Encoding = OutcomeEncoderTests

    static func form(_ action: TopicActionName, _ wire: ResponseForm.Wire) -> ResponseForm {
        var form = ResponseForm()
        form.service = .sns
        form.topicAction = action
        form.wire = wire
        return form
    }

    /// What stands before the metadata in XML, and in the JSON rendering.
    static func fields(
        _ outcome: TopicOutcome, _ action: TopicActionName
    ) -> (xml: String, rendering: String) {
        let xml = Encoding.body(Encoding.encode(.topic(outcome), form(action, .query)))
        let rendering = Encoding.body(Encoding.encode(.topic(outcome), form(action, .queryAsJSON)))
        let name = "\(action.wireName)"
        let id = Encoding.requestIDText
        let head = "<\(name)Response xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\">"
        let tail =
            "<ResponseMetadata><RequestId>\(id)</RequestId></ResponseMetadata></\(name)Response>"
        #expect(xml.hasPrefix(head) && xml.hasSuffix(tail))
        let jsonHead = "{\"\(name)Response\":{"
        let jsonTail = "\"ResponseMetadata\":{\"RequestId\":\"\(id)\"}}}"
        #expect(rendering.hasPrefix(jsonHead) && rendering.hasSuffix(jsonTail))
        return (
            String(xml.dropFirst(head.count).dropLast(tail.count)),
            String(rendering.dropFirst(jsonHead.count).dropLast(jsonTail.count))
        )
    }

    @Test func aWholeResponse() {
        #expect(
            Encoding.encode(.topic(.topic(arn: "arn:t")), Self.form(.createTopic, .query)) == """
                HTTP/1.1 200 OK\r
                x-amzn-RequestId: \(Encoding.requestIDText)\r
                Content-Type: text/xml\r
                Content-Length:        253\r
                \r
                <CreateTopicResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/">\
                <CreateTopicResult><TopicArn>arn:t</TopicArn></CreateTopicResult>\
                <ResponseMetadata><RequestId>\(Encoding.requestIDText)</RequestId>\
                </ResponseMetadata></CreateTopicResponse>
                """)
    }

    @Test func anActionWithoutOutputHasNoResultAndOneWithoutFieldsAnEmptyOne() {
        let delete = Self.fields(.done, .deleteTopic)
        #expect(delete.xml == "" && delete.rendering == "")
        let tag = Self.fields(.done, .tagResource)
        #expect(tag.xml == "<TagResourceResult/>")
        #expect(tag.rendering == "\"TagResourceResult\":{},")
    }

    @Test func listsHaveMembersAndAreThereWhenEmpty() {
        let none = Self.fields(.topics([], nextToken: nil), .listTopics)
        #expect(none.xml == "<ListTopicsResult><Topics></Topics></ListTopicsResult>")
        let two = Self.fields(.topics(["a", "b"], nextToken: "n"), .listTopics)
        #expect(
            two.xml == """
                <ListTopicsResult><Topics><member><TopicArn>a</TopicArn></member>\
                <member><TopicArn>b</TopicArn></member></Topics><NextToken>n</NextToken>\
                </ListTopicsResult>
                """)
        #expect(
            two.rendering == """
                "ListTopicsResult":{"Topics":[{"TopicArn":"a"},{"TopicArn":"b"}],"NextToken":"n"},
                """)
    }

    @Test func mapsHaveEntriesAndAreObjectsInJSON() {
        let topic = Self.fields(
            .attributes([("Policy", "{\"a\":1}"), ("Owner", "é")]), .getTopicAttributes)
        #expect(
            topic.xml == """
                <GetTopicAttributesResult><Attributes><entry><key>Policy</key>\
                <value>{&quot;a&quot;:1}</value></entry><entry><key>Owner</key><value>é</value>\
                </entry></Attributes></GetTopicAttributesResult>
                """)
        #expect(
            topic.rendering == #"""
                "GetTopicAttributesResult":{"Attributes":{"Policy":"{\"a\":1}","Owner":"é"}},
                """#)
        let sms = Self.fields(.attributes([]), .getSMSAttributes)
        #expect(
            sms.xml == "<GetSMSAttributesResult><attributes></attributes></GetSMSAttributesResult>")
    }

    @Test func subscriptions() {
        let one = SubscriptionDescription(
            arn: "PendingConfirmation", owner: AccountID(number: 7), protocolName: "http",
            endpoint: "http://e/?a&b", topicARN: "t")
        for action in [TopicActionName.listSubscriptions, .listSubscriptionsByTopic] {
            let list = Self.fields(.subscriptions([one], nextToken: nil), action)
            #expect(
                list.xml == """
                    <\(action.wireName)Result><Subscriptions><member>\
                    <SubscriptionArn>PendingConfirmation</SubscriptionArn>\
                    <Owner>000000000007</Owner><Protocol>http</Protocol>\
                    <Endpoint>http://e/?a&amp;b</Endpoint><TopicArn>t</TopicArn></member>\
                    </Subscriptions></\(action.wireName)Result>
                    """)
        }
        let subscribed = Self.fields(.subscription(arn: "s"), .subscribe)
        #expect(
            subscribed.xml
                == "<SubscribeResult><SubscriptionArn>s</SubscriptionArn></SubscribeResult>")
    }

    @Test func published() {
        let plain = Self.fields(.published(PublishedMessage(id: Encoding.id)), .publish)
        #expect(
            plain.xml
                == "<PublishResult><MessageId>\(Encoding.idText)</MessageId></PublishResult>")
        let fifo = Self.fields(
            .published(PublishedMessage(id: Encoding.id, sequenceNumber: 7)), .publish)
        #expect(
            fifo.rendering == """
                "PublishResult":{"MessageId":"\(Encoding.idText)",\
                "SequenceNumber":"00000000000000000007"},
                """)
    }

    @Test func publishedBatch() {
        let results: [BatchResult<PublishedMessage>] = [
            BatchResult(id: "a", result: .success(PublishedMessage(id: Encoding.id))),
            BatchResult(id: "b", result: .failure(BrokerError(.invalidParameter, "<no>"))),
        ]
        let batch = Self.fields(.publishedBatch(results), .publishBatch)
        #expect(
            batch.xml == """
                <PublishBatchResult><Successful><member><Id>a</Id>\
                <MessageId>\(Encoding.idText)</MessageId></member></Successful><Failed><member>\
                <Id>b</Id><Code>InvalidParameter</Code><Message>&lt;no&gt;</Message>\
                <SenderFault>true</SenderFault></member></Failed></PublishBatchResult>
                """)
        let none = Self.fields(.publishedBatch([]), .publishBatch)
        #expect(none.rendering == "\"PublishBatchResult\":{\"Successful\":[],\"Failed\":[]},")
    }

    @Test func tagsAndPolicies() {
        let tags = Self.fields(.tags([("k", "v")]), .listTagsForResource)
        #expect(
            tags.xml == """
                <ListTagsForResourceResult><Tags><member><Key>k</Key><Value>v</Value></member>\
                </Tags></ListTagsForResourceResult>
                """)
        let policy = Self.fields(.dataProtectionPolicy("{}"), .getDataProtectionPolicy)
        #expect(
            policy.rendering == """
                "GetDataProtectionPolicyResult":{"DataProtectionPolicy":"{}"},
                """)
    }

    @Test func platforms() {
        let resources = [(arn: "e", attributes: [(name: "Enabled", value: "true")])]
        let endpoints = Self.fields(
            .platformResources(resources, nextToken: nil), .listEndpointsByPlatformApplication)
        #expect(
            endpoints.xml == """
                <ListEndpointsByPlatformApplicationResult><Endpoints><member>\
                <EndpointArn>e</EndpointArn><Attributes><entry><key>Enabled</key>\
                <value>true</value></entry></Attributes></member></Endpoints>\
                </ListEndpointsByPlatformApplicationResult>
                """)
        let applications = Self.fields(
            .platformResources(resources, nextToken: "n"), .listPlatformApplications)
        #expect(
            applications.rendering == """
                "ListPlatformApplicationsResult":{"PlatformApplications":[\
                {"PlatformApplicationArn":"e","Attributes":{"Enabled":"true"}}],"NextToken":"n"},
                """)
        #expect(
            Self.fields(.platformApplication(arn: "p"), .createPlatformApplication).rendering
                == #""CreatePlatformApplicationResult":{"PlatformApplicationArn":"p"},"#)
        #expect(
            Self.fields(.platformEndpoint(arn: "p"), .createPlatformEndpoint).rendering
                == #""CreatePlatformEndpointResult":{"EndpointArn":"p"},"#)
    }

    @Test func phones() {
        #expect(
            Self.fields(.truth(true), .checkIfPhoneNumberIsOptedOut).rendering
                == #""CheckIfPhoneNumberIsOptedOutResult":{"isOptedOut":true},"#)
        #expect(
            Self.fields(.truth(false), .getSMSSandboxAccountStatus).xml == """
                <GetSMSSandboxAccountStatusResult><IsInSandbox>false</IsInSandbox>\
                </GetSMSSandboxAccountStatusResult>
                """)
        #expect(
            Self.fields(.phoneNumbers(["+1"], nextToken: "n"), .listPhoneNumbersOptedOut).xml == """
                <ListPhoneNumbersOptedOutResult><phoneNumbers><member>+1</member></phoneNumbers>\
                <nextToken>n</nextToken></ListPhoneNumbersOptedOutResult>
                """)
        #expect(
            Self.fields(
                .sandboxPhoneNumbers([("+1", "Verified")], nextToken: nil),
                .listSMSSandboxPhoneNumbers
            ).rendering == """
                "ListSMSSandboxPhoneNumbersResult":{"PhoneNumbers":[{"PhoneNumber":"+1",\
                "Status":"Verified"}]},
                """)
        #expect(
            Self.fields(.originationNumbers, .listOriginationNumbers).rendering
                == #""ListOriginationNumbersResult":{"PhoneNumbers":[]},"#)
    }

    @Test func aRefusal() {
        var writer = ByteWriter()
        OutcomeEncoder.encode(
            error: BrokerError(.notFound, "Topic does not exist"),
            form: Self.form(.publish, .query),
            requestID: Encoding.requestID, into: &writer)
        #expect(writer.view.string.hasPrefix("HTTP/1.1 404 Not Found\r\n"))
        #expect(
            Encoding.body(writer.view.string) == """
                <ErrorResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><Error>\
                <Type>Sender</Type><Code>NotFound</Code><Message>Topic does not exist</Message>\
                <Detail/></Error><RequestId>\(Encoding.requestIDText)</RequestId></ErrorResponse>
                """)
    }

    static let codes: [(BrokerError.Code, String, Int)] = [
        (.batchRequestTooLong, "BatchRequestTooLong", 400),
        (.tooManyEntriesInBatchRequest, "TooManyEntriesInBatchRequest", 400),
        (.invalidBatchEntryID, "InvalidBatchEntryId", 400),
        (.emptyBatchRequest, "EmptyBatchRequest", 400),
        (.batchEntryIDsNotDistinct, "BatchEntryIdsNotDistinct", 400),
        (.invalidParameterValue, "ParameterValueInvalid", 400),
        (.resourceNotFound, "ResourceNotFound", 404), (.internalFailure, "InternalError", 500),
        (.invalidParameter, "InvalidParameter", 400), (.validationError, "ValidationError", 400),
        (.authorizationError, "AuthorizationError", 403),
        (.invalidSecurity, "InvalidSecurity", 403), (.throttled, "Throttled", 429),
        (.topicLimitExceeded, "TopicLimitExceeded", 403), (.optedOut, "OptedOut", 400),
        (.subscriptionLimitExceeded, "SubscriptionLimitExceeded", 403),
        (.filterPolicyLimitExceeded, "FilterPolicyLimitExceeded", 403),
        (.replayLimitExceeded, "ReplayLimitExceeded", 403),
        (.endpointDisabled, "EndpointDisabled", 400), (.invalidAction, "InvalidAction", 400),
        (.verification, "VerificationException", 400),
        (.validationException, "ValidationException", 400),
    ]

    @Test(arguments: codes)
    func codesAreTheShortOnesOfSNS(code: BrokerError.Code, name: String, status: Int) {
        let names = ErrorCode(code, for: .sns)
        #expect("\(names.query)" == name)
        #expect(names.status.rawValue == status)
    }

    @Test func everyCodeHasANameInSNS() {
        for code in BrokerError.Code.allCases {
            #expect(ErrorCode(code, for: .sns).query.utf8CodeUnitCount > 0)
        }
    }
}
