import Testing

@testable import BrokerCore

@Suite struct SettingsAttributesTests {
    private func facts(_ name: String) -> QueueFacts {
        QueueFacts(
            identity: QueueIdentity(account: .anonymous, region: "us-east-1", name: name),
            createdTimestamp: 1_700_000_000, lastModifiedTimestamp: 1_700_000_001,
            visibleCount: 1, notVisibleCount: 2, delayedCount: 3)
    }

    private func list(_ names: [String], _ settings: QueueSettings) throws -> [String] {
        try QueueAttributes.list(names: names, settings: settings, facts: facts("q"))
            .map { "\($0.name)=\($0.value)" }
    }

    @Test func allOfAFreshStandardQueue() throws {
        #expect(
            try list(["All"], QueueSettings(isFIFO: false)) == [
                "QueueArn=arn:aws:sqs:us-east-1:000000000000:q",
                "ApproximateNumberOfMessages=1",
                "ApproximateNumberOfMessagesNotVisible=2",
                "ApproximateNumberOfMessagesDelayed=3",
                "CreatedTimestamp=1700000000",
                "LastModifiedTimestamp=1700000001",
                "VisibilityTimeout=30",
                "MaximumMessageSize=1048576",
                "MessageRetentionPeriod=345600",
                "DelaySeconds=0",
                "ReceiveMessageWaitTimeSeconds=0",
                "SqsManagedSseEnabled=true",
            ])
    }

    @Test func aFIFOQueueHasFourMore() throws {
        let ofStandard = try list(["All"], QueueSettings(isFIFO: false))
        let ofFIFO = try list(["All"], QueueSettings(isFIFO: true))
        #expect(
            ofFIFO.filter { !ofStandard.contains($0) } == [
                "FifoQueue=true", "DeduplicationScope=queue", "FifoThroughputLimit=perQueue",
                "ContentBasedDeduplication=false",
            ])
        #expect(ofFIFO.count == ofStandard.count + 4)
    }

    @Test func whatIsSetIsShown() throws {
        let settings = try QueueSettings(isFIFO: false).changed(by: [
            ("Policy", policyText),
            (
                "RedrivePolicy",
                #"{"deadLetterTargetArn":"arn:aws:sqs:a:000000000000:d","maxReceiveCount":"2"}"#
            ),
            ("RedriveAllowPolicy", #"{"redrivePermission": "denyAll"}"#),
            ("KmsMasterKeyId", "key"),
        ])
        let shown = try list(["All"], settings)
        for line in [
            "Policy=" + policyText,
            "RedrivePolicy="
                + #"{"deadLetterTargetArn":"arn:aws:sqs:a:000000000000:d","maxReceiveCount":2}"#,
            #"RedriveAllowPolicy={"redrivePermission": "denyAll"}"#,
            "KmsMasterKeyId=key", "KmsDataKeyReusePeriodSeconds=300", "SqsManagedSseEnabled=false",
        ] {
            #expect(shown.contains(line))
        }
    }

    @Test func namedAttributesComeInTheSameOrderAndOnce() throws {
        let names = ["DelaySeconds", "QueueArn", "DelaySeconds", "FifoQueue", "Policy"]
        #expect(
            try list(names, QueueSettings(isFIFO: false)) == [
                "QueueArn=arn:aws:sqs:us-east-1:000000000000:q", "DelaySeconds=0",
            ])
        #expect(
            try list(["DelaySeconds", "All"], QueueSettings(isFIFO: false))
                == list(["All"], QueueSettings(isFIFO: false)))
    }

    @Test func withoutNamesThereAreNoAttributes() throws {
        #expect(try list([], QueueSettings(isFIFO: true)).isEmpty)
    }

    @Test(arguments: ["Colour", "all", "", "queueArn"])
    func anUnknownNameIsRefused(name: String) {
        #expect(throws: BrokerError(.invalidAttributeName, "Unknown Attribute \(name).")) {
            try list(["All", name], QueueSettings(isFIFO: false))
        }
    }
}
