import Testing

@testable import BrokerCore

private let arn = "arn:aws:sqs:eu-west-1:123456789012:dead"

@Suite struct SettingsRedrivePolicyTests {
    private func refusal(_ text: String, _ reason: String) -> BrokerError {
        BrokerError(
            .invalidParameterValue,
            "Value \(text) for parameter RedrivePolicy is invalid. Reason: \(reason)")
    }

    @Test func theCountMayBeANumberOrAString() throws {
        for count in ["5", "\"5\""] {
            let policy = try RedrivePolicy(
                parsing: #"{ "maxReceiveCount": \#(count), "deadLetterTargetArn": "\#(arn)" }"#)
            #expect(policy.maxReceiveCount == 5)
            #expect(policy.deadLetterTargetARN == arn)
            #expect(policy.target.name == "dead")
            #expect(policy.target.region == "eu-west-1")
            #expect(policy.target.account.description == "123456789012")
            #expect(policy.text == #"{"deadLetterTargetArn":"\#(arn)","maxReceiveCount":5}"#)
        }
    }

    @Test(arguments: ["x", "[]", "\"\"", "{", "5", "null", "{} {}"])
    func itIsAMap(text: String) {
        #expect(throws: refusal(text, "Redrive policy is not a valid JSON map.")) {
            try RedrivePolicy(parsing: text)
        }
    }

    @Test func bothMembersAreMandatory() {
        let withoutCount = #"{"deadLetterTargetArn":"\#(arn)"}"#
        let count = "Redrive policy does not contain mandatory attribute: maxReceiveCount."
        #expect(throws: refusal(withoutCount, count)) { try RedrivePolicy(parsing: withoutCount) }
        let target = "Redrive policy does not contain mandatory attribute: deadLetterTargetArn."
        for text in ["{}", #"{"maxReceiveCount":1}"#] {
            #expect(throws: refusal(text, target)) { try RedrivePolicy(parsing: text) }
        }
    }

    @Test(arguments: [
        ("0", "0"), ("1001", "1001"), ("-1", "-1"), ("1.5", "1.5"), ("\"abc\"", "abc"),
        ("\"\"", ""), ("null", "null"), ("[1]", "[1]"),
        ("99999999999999999999", "99999999999999999999"),
    ])
    func theCountHasARange(count: String, shown: String) {
        let text = #"{"deadLetterTargetArn":"\#(arn)","maxReceiveCount":\#(count)}"#
        let reason =
            "Invalid value for maxReceiveCount: \(shown), valid values are from 1 to 1000 both "
            + "inclusive."
        #expect(throws: refusal(text, reason)) { try RedrivePolicy(parsing: text) }
    }

    @Test(arguments: ["\"dead\"", "7", "\"arn:aws:sns:eu-west-1:123456789012:dead\"", "\"\""])
    func theTargetIsTheARNOfAQueue(target: String) {
        let text = #"{"deadLetterTargetArn":\#(target),"maxReceiveCount":1}"#
        #expect(throws: refusal(text, "Invalid value for deadLetterTargetArn.")) {
            try RedrivePolicy(parsing: text)
        }
    }

    @Test func anEmptyValueRemovesIt() throws {
        let settings = try QueueSettings.creating(
            name: "q",
            attributes: [
                ("RedrivePolicy", #"{"deadLetterTargetArn":"\#(arn)","maxReceiveCount":1000}"#)
            ])
        #expect(settings.redrivePolicy?.maxReceiveCount == 1000)
        #expect(try settings.changed(by: [("RedrivePolicy", "")]).redrivePolicy == nil)
        #expect(
            try QueueSettings.creating(name: "q", attributes: [("RedrivePolicy", "")])
                == QueueSettings(isFIFO: false))
    }

    @Test func theRefusalsOfTheBrokerShowTheRequestedText() {
        let attributes = [
            (name: "DelaySeconds", value: "1"), (name: "RedrivePolicy", value: "{…}"),
        ]
        #expect(
            RedrivePolicy.refused(in: attributes, .targetDoesNotExist)
                == refusal("{…}", "Dead letter target does not exist."))
        #expect(
            RedrivePolicy.refused(in: attributes, .targetOfOtherOwner)
                == refusal("{…}", "Dead letter target owner should be same as the source."))
        #expect(
            RedrivePolicy.refused(in: attributes, .targetOfOtherType)
                == refusal("{…}", "Dead-letter queue must be same type of queue as the source."))
    }
}

@Suite struct SettingsRedriveAllowPolicyTests {
    private func refusal(_ text: String, _ rest: String) -> BrokerError {
        BrokerError(
            .invalidParameterValue,
            "Value \(text) for parameter RedriveAllowPolicy is invalid. "
                + "Reason: Amazon SQS can't create the redrive allow policy" + rest)
    }

    private func byQueue(_ sources: [String]) -> String {
        #"{"redrivePermission":"byQueue","sourceQueueArns":["#
            + sources.map { "\"\($0)\"" }.joined(separator: ",") + "]}"
    }

    @Test func itAllowsAllNoneOrSome() throws {
        let all = try RedriveAllowPolicy(parsing: #"{"redrivePermission":"allowAll"}"#)
        #expect(all.permission == .allowAll && all.allows(sourceARN: arn))
        let none = try RedriveAllowPolicy(parsing: #"{"redrivePermission":"denyAll"}"#)
        #expect(none.permission == .denyAll && !none.allows(sourceARN: arn))
        let some = try RedriveAllowPolicy(parsing: byQueue([arn]))
        #expect(some.allows(sourceARN: arn) && !some.allows(sourceARN: arn + "2"))
        #expect(some.text == byQueue([arn]))
    }

    @Test func anEmptyValueRemovesIt() throws {
        let settings = try QueueSettings.creating(
            name: "q", attributes: [("RedriveAllowPolicy", #"{"redrivePermission":"denyAll"}"#)])
        #expect(settings.redriveAllowPolicy?.permission == .denyAll)
        #expect(try settings.changed(by: [("RedriveAllowPolicy", "")]).redriveAllowPolicy == nil)
    }

    @Test(arguments: [
        "x", "[]", "{}", #"{"redrivePermission":"some"}"#, #"{"redrivePermission":1}"#,
        #"{"redrivePermission":"byQueue","sourceQueueArns":"x"}"#,
        #"{"redrivePermission":"byQueue","sourceQueueArns":["x"]}"#,
        #"{"redrivePermission":"byQueue","sourceQueueArns":[1]}"#,
        #"{"redrivePermission":"allowAll","more":1}"#,
    ])
    func otherFormatsAreRefused(text: String) {
        #expect(throws: refusal(text, ", as it's in an unsupported format.")) {
            try RedriveAllowPolicy(parsing: text)
        }
    }

    @Test func onlyByQueueHasSources() throws {
        let listed = #"{"redrivePermission":"denyAll","sourceQueueArns":["\#(arn)"]}"#
        let notBoth =
            ". When you specify the denyAll permission type, you can't specify sourceQueueArns "
            + "values."
        #expect(throws: refusal(listed, notBoth)) { try RedriveAllowPolicy(parsing: listed) }
        let empty =
            ". When you specify the byQueue permission type, you must also specify one or more "
            + "sourceQueueArns values."
        for text in [#"{"redrivePermission":"byQueue"}"#, byQueue([])] {
            #expect(throws: refusal(text, empty)) { try RedriveAllowPolicy(parsing: text) }
        }
        let ten = (0..<10).map { arn + String($0) }
        _ = try RedriveAllowPolicy(parsing: byQueue(ten))
        let text = byQueue(ten + [arn])
        #expect(throws: refusal(text, ". You can specify up to 10 sourceQueueArns values.")) {
            try RedriveAllowPolicy(parsing: text)
        }
    }
}
