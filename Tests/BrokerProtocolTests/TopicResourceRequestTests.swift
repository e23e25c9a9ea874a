import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct TopicResourceRequestTests {
    /// Actions that name one resource, and what the parameter is called.
    static let resources: [(String, String)] = [
        ("DeleteTopic", "TopicArn"), ("GetTopicAttributes", "TopicArn"),
        ("GetSubscriptionAttributes", "SubscriptionArn"),
        ("GetDataProtectionPolicy", "ResourceArn"), ("ListTagsForResource", "ResourceArn"),
        ("DeleteEndpoint", "EndpointArn"), ("GetEndpointAttributes", "EndpointArn"),
        ("DeletePlatformApplication", "PlatformApplicationArn"),
        ("GetPlatformApplicationAttributes", "PlatformApplicationArn"),
    ]

    static func resource(_ action: TopicAction) -> ResourceRequest? {
        switch action {
        case .deleteTopic(let fields), .getTopicAttributes(let fields),
            .getSubscriptionAttributes(let fields), .getDataProtectionPolicy(let fields),
            .listTagsForResource(let fields), .deleteEndpoint(let fields),
            .getEndpointAttributes(let fields), .deletePlatformApplication(let fields),
            .getPlatformApplicationAttributes(let fields):
            fields
        default: nil
        }
    }

    @Test(arguments: resources) func theARNOfAResource(name: String, parameter: String) throws {
        let action = try TopicRequestTests.action("Action=\(name)&\(parameter)=arn%3Aa&Other=x")
        #expect(Self.resource(action)?.arn == "arn:a")
        let bare = try TopicRequestTests.action("Action=\(name)&Other=x")
        #expect(Self.resource(bare)?.arn == .some(nil))
    }

    static let settings: [(String, String)] = [
        ("SetTopicAttributes", "TopicArn"), ("SetSubscriptionAttributes", "SubscriptionArn"),
    ]

    @Test(arguments: settings) func oneAttribute(name: String, parameter: String) throws {
        let action = try TopicRequestTests.action(
            "Action=\(name)&\(parameter)=a&AttributeName=n&AttributeValue=")
        switch action {
        case .setTopicAttributes(let set), .setSubscriptionAttributes(let set):
            #expect(set.arn == "a" && set.name == "n" && set.value == "")
        default: Issue.record("another action")
        }
    }

    @Test func tagsOfAResource() throws {
        guard
            case .tagResource(let tag) = try TopicRequestTests.action(
                "Action=TagResource&ResourceArn=a&Tags.member.1.Key=k&Tags.member.1.Value=v"),
            case .untagResource(let untag) = try TopicRequestTests.action(
                "Action=UntagResource&ResourceArn=a&TagKeys.member.1=k&TagKeys.member.2=l")
        else {
            Issue.record("another action")
            return
        }
        #expect(tag.arn == "a" && tag.tags?.map(\.key) == ["k"] && tag.tags?.map(\.value) == ["v"])
        #expect(untag.arn == "a" && untag.keys == ["k", "l"])
    }

    @Test func severalAttributes() throws {
        for (name, parameter) in [
            ("SetEndpointAttributes", "EndpointArn"),
            ("SetPlatformApplicationAttributes", "PlatformApplicationArn"),
        ] {
            let action = try TopicRequestTests.action(
                "Action=\(name)&\(parameter)=a&Attributes.entry.1.key=k"
                    + "&Attributes.entry.1.value=v")
            switch action {
            case .setEndpointAttributes(let set), .setPlatformApplicationAttributes(let set):
                #expect(set.arn == "a" && set.attributes?.map(\.value) == ["v"])
            default: Issue.record("another action")
            }
        }
        guard
            case .setSMSAttributes(let set) = try TopicRequestTests.action(
                "Action=SetSMSAttributes&attributes.entry.1.key=DefaultSMSType"
                    + "&attributes.entry.1.value=Promotional"),
            case .getSMSAttributes(let get) = try TopicRequestTests.action(
                "Action=GetSMSAttributes&attributes.member.1=DefaultSMSType")
        else { throw TestBuffer.Incomplete() }
        #expect(set.arn == nil && set.attributes?.map(\.name) == ["DefaultSMSType"])
        #expect(get.names == ["DefaultSMSType"])
    }

    @Test func lists() throws {
        for (name, parameter, token) in [
            ("ListTopics", "Other", "NextToken"), ("ListSubscriptions", "Other", "NextToken"),
            ("ListSubscriptionsByTopic", "TopicArn", "NextToken"),
            ("ListPlatformApplications", "Other", "NextToken"),
            ("ListEndpointsByPlatformApplication", "PlatformApplicationArn", "NextToken"),
            ("ListPhoneNumbersOptedOut", "Other", "nextToken"),
            ("ListSMSSandboxPhoneNumbers", "Other", "NextToken"),
            ("ListOriginationNumbers", "Other", "NextToken"),
        ] {
            let action = try TopicRequestTests.action(
                "Action=\(name)&\(parameter)=a&\(token)=t&MaxResults=7")
            switch action {
            case .listTopics(let list), .listSubscriptions(let list),
                .listSubscriptionsByTopic(let list), .listPlatformApplications(let list),
                .listEndpointsByPlatformApplication(let list),
                .listPhoneNumbersOptedOut(let list), .listSMSSandboxPhoneNumbers(let list),
                .listOriginationNumbers(let list):
                #expect(list.arn == (parameter == "Other" ? nil : "a"))
                #expect(list.nextToken == "t" && list.maxResults == 7)
            default: Issue.record("another action than \(name)")
            }
        }
    }

    @Test func phones() throws {
        for name in ["CheckIfPhoneNumberIsOptedOut", "OptInPhoneNumber"] {
            let action = try TopicRequestTests.action("Action=\(name)&phoneNumber=%2B1")
            switch action {
            case .checkIfPhoneNumberIsOptedOut(let phone), .optInPhoneNumber(let phone):
                #expect(phone.phoneNumber == "+1")
            default: Issue.record("another action")
            }
        }
        guard
            case .deleteSMSSandboxPhoneNumber(let delete) = try TopicRequestTests.action(
                "Action=DeleteSMSSandboxPhoneNumber&PhoneNumber=%2B1"),
            case .createSMSSandboxPhoneNumber(let create) = try TopicRequestTests.action(
                "Action=CreateSMSSandboxPhoneNumber&PhoneNumber=%2B1&LanguageCode=de-DE"),
            case .verifySMSSandboxPhoneNumber(let verify) = try TopicRequestTests.action(
                "Action=VerifySMSSandboxPhoneNumber&PhoneNumber=%2B1&OneTimePassword=12345"),
            case .getSMSSandboxAccountStatus = try TopicRequestTests.action(
                "Action=GetSMSSandboxAccountStatus")
        else { throw TestBuffer.Incomplete() }
        #expect(delete.phoneNumber == "+1")
        #expect(create.phoneNumber == "+1" && create.languageCode == "de-DE")
        #expect(verify.phoneNumber == "+1" && verify.oneTimePassword == "12345")
    }

    @Test func platforms() throws {
        guard
            case .createPlatformApplication(let application) = try TopicRequestTests.action(
                "Action=CreatePlatformApplication&Name=n&Platform=GCM"
                    + "&Attributes.entry.1.key=PlatformCredential&Attributes.entry.1.value=c"),
            case .createPlatformEndpoint(let endpoint) = try TopicRequestTests.action(
                "Action=CreatePlatformEndpoint&PlatformApplicationArn=a&Token=t"
                    + "&CustomUserData=u&Attributes.entry.1.key=Enabled"
                    + "&Attributes.entry.1.value=false"),
            case .putDataProtectionPolicy(let put) = try TopicRequestTests.action(
                "Action=PutDataProtectionPolicy&ResourceArn=a&DataProtectionPolicy=p")
        else { throw TestBuffer.Incomplete() }
        #expect(application.name == "n" && application.platform == "GCM")
        #expect(application.attributes?.map(\.value) == ["c"])
        #expect(endpoint.platformApplicationARN == "a" && endpoint.token == "t")
        #expect(endpoint.customUserData == "u" && endpoint.attributes.map(\.name) == ["Enabled"])
        #expect(put.resourceARN == "a" && put.policy == "p")
    }

    @Test func noGarbageStopsTheDecoder() throws {
        var generator = SeededGenerator(seed: 31)
        let pieces = [
            "Tags", "Attributes", "MessageAttributes", "PublishBatchRequestEntries", ".member",
            ".entry", ".1", ".0", ".99999999999999999999", ".Key", ".key", ".value", ".Name",
            ".Value", ".BinaryValue", ".StringValue", "=", "=a", "=%", "=%00", "=%FF", "&", "&&",
            "attributes", "TopicArn", "MaxResults", "=x", "TagKeys", ".", "..",
        ]
        for _ in 0..<4000 {
            let name = TopicActionName.allCases.randomElement(using: &generator)!
            var body = "Action=\(name.wireName)&"
            for _ in 0..<Int.random(in: 0..<12, using: &generator) {
                body += pieces.randomElement(using: &generator)!
            }
            let decoded = try TestBuffer.form(body + "&Version=2010-03-31").decode()
            switch decoded {
            case .action(let action): #expect(action.form.topicAction == name)
            case .answer(.refused(let error), _): #expect(error.code == .invalidParameterValue)
            case .answer: Issue.record("neither an action nor a refusal: \(body)")
            }
        }
    }
}
