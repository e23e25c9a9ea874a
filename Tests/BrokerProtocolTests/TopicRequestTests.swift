import BrokerCore
import Bytes
import Testing

@testable import BrokerProtocol

@Suite struct TopicRequestTests {
    static func action(_ body: String, headers: String = "") throws -> TopicAction {
        let decoded = try TestBuffer.form(body + "&Version=2010-03-31", headers: headers)
            .decodeAction()
        guard case .topic(let action) = decoded.action else { throw TestBuffer.Incomplete() }
        return action
    }

    @Test func createTopic() throws {
        guard
            case .createTopic(let create) = try Self.action(
                "Action=CreateTopic&Name=a.fifo&Attributes.entry.2.key=DisplayName"
                    + "&Attributes.entry.2.value=b+c&Attributes.entry.1.key=FifoTopic"
                    + "&Attributes.entry.1.value=true&Tags.member.1.Key=k&Tags.member.1.Value=v"
                    + "&Tags.member.2.Key=l&Tags.member.2.Value=&DataProtectionPolicy=%7B%7D")
        else { throw TestBuffer.Incomplete() }
        #expect(create.name == "a.fifo")
        #expect(create.attributes.map(\.name) == ["FifoTopic", "DisplayName"])
        #expect(create.attributes.map(\.value) == ["true", "b c"])
        #expect(create.tags.map(\.key) == ["k", "l"])
        #expect(create.tags.map(\.value) == ["v", ""])
        #expect(create.dataProtectionPolicy == "{}")
    }

    @Test func whatIsNotSentIsNil() throws {
        guard case .createTopic(let create) = try Self.action("Action=CreateTopic"),
            case .publish(let publish) = try Self.action("Action=Publish"),
            case .setSMSAttributes(let set) = try Self.action("Action=SetSMSAttributes"),
            case .tagResource(let tag) = try Self.action("Action=TagResource"),
            case .untagResource(let untag) = try Self.action("Action=UntagResource")
        else { throw TestBuffer.Incomplete() }
        #expect(create.name == nil && create.attributes.isEmpty && create.tags.isEmpty)
        #expect(publish.topicARN == nil && publish.message.message == nil)
        #expect(publish.message.subject == nil && publish.message.traceHeader == nil)
        #expect(set.attributes == nil)
        #expect(tag.tags == nil)
        #expect(untag.keys == nil)
    }

    @Test func anEmptyListIsNotAMissingOne() throws {
        guard case .tagResource(let tag) = try Self.action("Action=TagResource&Tags="),
            case .untagResource(let untag) = try Self.action("Action=UntagResource&TagKeys=")
        else { throw TestBuffer.Incomplete() }
        #expect(tag.tags?.isEmpty == true)
        #expect(untag.keys?.isEmpty == true)
    }

    @Test func subscribe() throws {
        guard
            case .subscribe(let subscribe) = try Self.action(
                "Action=Subscribe&TopicArn=t&Protocol=sqs&Endpoint=e&ReturnSubscriptionArn=true"
                    + "&Attributes.entry.1.key=RawMessageDelivery"
                    + "&Attributes.entry.1.value=true"),
            case .subscribe(let plain) = try Self.action("Action=Subscribe&TopicArn=t"),
            case .confirmSubscription(let confirm) = try Self.action(
                "Action=ConfirmSubscription&TopicArn=t&Token=x&AuthenticateOnUnsubscribe=true")
        else { throw TestBuffer.Incomplete() }
        #expect(subscribe.topicARN == "t" && subscribe.protocolName == "sqs")
        #expect(subscribe.endpoint == "e" && subscribe.returnSubscriptionARN)
        #expect(subscribe.attributes.map(\.name) == ["RawMessageDelivery"])
        #expect(!plain.returnSubscriptionARN && plain.protocolName == nil)
        #expect(confirm.topicARN == "t" && confirm.token == "x")
        #expect(confirm.authenticateOnUnsubscribe == "true")
    }

    @Test func publishWithAttributes() throws {
        guard
            case .publish(let publish) = try Self.action(
                "Action=Publish&TopicArn=t&Message=%7B%22a%22%3A1%7D&Subject=s"
                    + "&MessageStructure=json&MessageGroupId=g&MessageDeduplicationId=d"
                    + "&MessageAttributes.entry.1.Name=n"
                    + "&MessageAttributes.entry.1.Value.DataType=String"
                    + "&MessageAttributes.entry.1.Value.StringValue=v"
                    + "&MessageAttributes.entry.2.Name=b"
                    + "&MessageAttributes.entry.2.Value.DataType=Binary"
                    + "&MessageAttributes.entry.2.Value.BinaryValue=AQI%3D",
                headers: "X-Amzn-Trace-Id: Root=1\r\n")
        else { throw TestBuffer.Incomplete() }
        let message = publish.message
        #expect(publish.topicARN == "t" && publish.targetARN == nil && publish.phoneNumber == nil)
        #expect(message.message?.string == "{\"a\":1}" && message.subject?.string == "s")
        #expect(message.messageStructure?.string == "json")
        #expect(message.groupID?.string == "g" && message.deduplicationID?.string == "d")
        #expect(message.traceHeader?.string == "Root=1")
        #expect(message.attributes.map(\.name.string) == ["n", "b"])
        #expect(message.attributes.map(\.dataType?.string) == ["String", "Binary"])
        guard case .string(let text) = message.attributes[0].value,
            case .binary(let bytes) = message.attributes[1].value
        else { throw TestBuffer.Incomplete() }
        #expect(text.string == "v" && bytes.array == [1, 2])
    }

    @Test func publishToAPhoneOrADevice() throws {
        guard
            case .publish(let phone) = try Self.action(
                "Action=Publish&PhoneNumber=%2B4912345&Message=m"),
            case .publish(let device) = try Self.action("Action=Publish&TargetArn=a&Message=m")
        else { throw TestBuffer.Incomplete() }
        #expect(phone.phoneNumber == "+4912345" && phone.topicARN == nil)
        #expect(device.targetARN == "a")
    }

    @Test func publishBatch() throws {
        let entry = "PublishBatchRequestEntries.member"
        guard
            case .publishBatch(let publish) = try Self.action(
                "Action=PublishBatch&TopicArn=t&\(entry).1.Id=a&\(entry).1.Message=m"
                    + "&\(entry).2.Id=b&\(entry).2.Message=n&\(entry).2.Subject=s"
                    + "&\(entry).2.MessageAttributes.entry.1.Name=x"
                    + "&\(entry).2.MessageAttributes.entry.1.Value.DataType=Number"
                    + "&\(entry).2.MessageAttributes.entry.1.Value.StringValue=1"
                    + "&\(entry).2.MessageGroupId=g",
                headers: "X-Amzn-Trace-Id: Root=1\r\n")
        else { throw TestBuffer.Incomplete() }
        #expect(publish.topicARN == "t")
        #expect(publish.entries.map(\.id?.string) == ["a", "b"])
        #expect(publish.entries.map(\.message.message?.string) == ["m", "n"])
        #expect(publish.entries[1].message.attributes.map(\.name.string) == ["x"])
        #expect(publish.entries.map(\.message.groupID?.string) == [nil, "g"])
        #expect(publish.entries.map(\.message.traceHeader?.string) == ["Root=1", "Root=1"])
    }

    @Test func confirmSubscriptionKnowsWhetherItWasSigned() throws {
        let body = "Action=ConfirmSubscription&TopicArn=t&Token=x"
        for (headers, isSigned) in [("", false), (ServiceTests.signed("sns"), true)] {
            guard
                case .confirmSubscription(let confirm) = try Self.action(body, headers: headers)
            else { throw TestBuffer.Incomplete() }
            #expect(confirm.isAuthenticated == isSigned)
        }
    }

    @Test func unsubscribeKnowsWhetherItWasSigned() throws {
        let link = "GET /?Action=Unsubscribe&SubscriptionArn=s HTTP/1.1\r\nHost: h\r\n"
        for (headers, isSigned) in [("", false), (ServiceTests.signed("sns"), true)] {
            let decoded = try TestBuffer("\(link)\(headers)\r\n").decodeAction()
            guard case .topic(.unsubscribe(let unsubscribe)) = decoded.action else {
                throw TestBuffer.Incomplete()
            }
            #expect(unsubscribe.subscriptionARN == "s")
            #expect(unsubscribe.isAuthenticated == isSigned)
        }
        let presigned = "GET /?Action=Unsubscribe&X-Amz-Credential=a%2Fb%2Fc%2Fsns%2Faws4_request"
        let decoded = try TestBuffer("\(presigned) HTTP/1.1\r\nHost: h\r\n\r\n").decodeAction()
        guard case .topic(.unsubscribe(let unsubscribe)) = decoded.action else {
            throw TestBuffer.Incomplete()
        }
        #expect(unsubscribe.isAuthenticated)
    }

    @Test func permissions() throws {
        guard
            case .addPermission(let add) = try Self.action(
                "Action=AddPermission&TopicArn=t&Label=l&AWSAccountId.member.1=1"
                    + "&AWSAccountId.member.2=2&ActionName.member.1=Publish"),
            case .removePermission(let remove) = try Self.action(
                "Action=RemovePermission&TopicArn=t&Label=l")
        else { throw TestBuffer.Incomplete() }
        #expect(add.topicARN == "t" && add.label == "l")
        #expect(add.accountIDs == ["1", "2"] && add.actions == ["Publish"])
        #expect(remove.topicARN == "t" && remove.label == "l")
    }
}
