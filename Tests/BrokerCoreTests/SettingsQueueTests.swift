import Testing

@testable import BrokerCore

private typealias Attributes = [(name: String, value: String)]

private func invalid(_ name: String) -> BrokerError {
    BrokerError(.invalidAttributeValue, "Invalid value for the parameter \(name).")
}

private func unknown(_ name: String) -> BrokerError {
    BrokerError(.invalidAttributeName, "Unknown Attribute \(name).")
}

@Suite struct SettingsQueueTests {
    @Test func aNewQueueHasTheDefaultsOfAWS() throws {
        let settings = try QueueSettings.creating(name: "orders", attributes: [])
        #expect(settings == QueueSettings(isFIFO: false))
        #expect(settings.visibilityTimeout == 30)
        #expect(settings.delaySeconds == 0)
        #expect(settings.maximumMessageSize == 1_048_576)
        #expect(settings.messageRetentionPeriod == 345_600)
        #expect(settings.receiveMessageWaitTimeSeconds == 0)
        #expect(settings.sqsManagedSSEEnabled)
        #expect(settings.redrivePolicy == nil && settings.policy == nil)
    }

    @Test(arguments: [
        ("VisibilityTimeout", 0, 43_200), ("DelaySeconds", 0, 900),
        ("MaximumMessageSize", 1_024, 1_048_576), ("MessageRetentionPeriod", 60, 1_209_600),
        ("ReceiveMessageWaitTimeSeconds", 0, 20), ("KmsDataKeyReusePeriodSeconds", 60, 86_400),
    ])
    func aNumberIsTakenWithinItsRangeOnly(name: String, lowest: Int, highest: Int) throws {
        let settings = QueueSettings(isFIFO: false)
        let attribute = try #require(QueueAttribute(rawValue: name))
        for value in [lowest, highest] {
            let changed = try settings.changed(by: [(name, String(value))])
            #expect(changed.value(of: attribute) == String(value))
        }
        for value in [
            String(lowest - 1), String(highest + 1), "", "x", "1.5", "+60", " 60",
            "99999999999999999999999",
        ] {
            #expect(throws: invalid(name)) { try settings.changed(by: [(name, value)]) }
            #expect(throws: invalid(name)) {
                try QueueSettings.creating(name: "q", attributes: [(name, value)])
            }
        }
    }

    @Test func leadingZerosAreNotShown() throws {
        let settings = try QueueSettings.creating(
            name: "q", attributes: [("VisibilityTimeout", "007")])
        #expect(settings.value(of: .visibilityTimeout) == "7")
    }

    @Test(arguments: [
        "Colour", "All", "visibilityTimeout", "", "QueueArn", "ApproximateNumberOfMessages",
        "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed",
        "CreatedTimestamp", "LastModifiedTimestamp",
    ])
    func anAttributeThatCannotBeSetIsUnknown(name: String) {
        #expect(throws: unknown(name)) {
            try QueueSettings(isFIFO: false).changed(by: [(name, "1")])
        }
        #expect(throws: unknown(name)) {
            try QueueSettings.creating(name: "q", attributes: [(name, "1")])
        }
    }

    @Test func aRefusedChangeChangesNothing() {
        let settings = QueueSettings(isFIFO: false)
        #expect(throws: invalid("DelaySeconds")) {
            try settings.changed(by: [("VisibilityTimeout", "5"), ("DelaySeconds", "901")])
        }
        #expect(settings == QueueSettings(isFIFO: false))
    }

    @Test func changingNothingIsAllowed() throws {
        let settings = QueueSettings(isFIFO: true)
        #expect(try settings.changed(by: []) == settings)
    }

    @Test func booleansAreReadInAnyCaseAndShownInLowerCase() throws {
        let settings = try QueueSettings.creating(
            name: "q.fifo",
            attributes: [
                ("FifoQueue", "True"), ("ContentBasedDeduplication", "TRUE"),
                ("SqsManagedSseEnabled", "False"),
            ])
        #expect(settings.value(of: .fifoQueue) == "true")
        #expect(settings.value(of: .contentBasedDeduplication) == "true")
        #expect(settings.value(of: .sqsManagedSSEEnabled) == "false")
        for name in ["FifoQueue", "ContentBasedDeduplication", "SqsManagedSseEnabled"] {
            #expect(throws: invalid(name)) {
                try QueueSettings(isFIFO: true).changed(by: [(name, "yes")])
            }
        }
        #expect(throws: invalid("FifoQueue")) {
            try QueueSettings.creating(name: "q.fifo", attributes: [("FifoQueue", "1")])
        }
    }
}

@Suite struct SettingsMismatchTests {
    private let existing = QueueSettings(isFIFO: false)

    @Test func onlyRequestedAttributesAreCompared() throws {
        let changed = try existing.changed(by: [("DelaySeconds", "5"), ("VisibilityTimeout", "9")])
        #expect(try changed.mismatch(creating: "q", attributes: []) == nil)
        #expect(try changed.mismatch(creating: "q", attributes: [("DelaySeconds", "05")]) == nil)
        let request: Attributes = [("MaximumMessageSize", "1048576"), ("DelaySeconds", "0")]
        #expect(try changed.mismatch(creating: "q", attributes: request) == "DelaySeconds")
    }

    @Test func theFirstDifferenceIsNamed() throws {
        let request: Attributes = [("VisibilityTimeout", "1"), ("DelaySeconds", "1")]
        let name = try existing.mismatch(creating: "q", attributes: request)
        #expect(name == "VisibilityTimeout")
    }

    @Test func requestedAttributesAreCheckedFirst() {
        #expect(throws: invalid("DelaySeconds")) {
            try existing.mismatch(creating: "q", attributes: [("DelaySeconds", "-1")])
        }
    }

    @Test func documentsAreComparedByWhatTheySay() throws {
        let arn = "arn:aws:sqs:us-east-1:000000000000:dead"
        let settings = try existing.changed(by: [
            ("RedrivePolicy", #"{"deadLetterTargetArn":"\#(arn)","maxReceiveCount":3}"#),
            ("RedriveAllowPolicy", #"{"redrivePermission":"denyAll"}"#),
            ("Policy", policyText),
        ])
        let same: Attributes = [
            ("RedrivePolicy", #"{"maxReceiveCount":"3", "deadLetterTargetArn":"\#(arn)"}"#),
            ("RedriveAllowPolicy", #"{ "redrivePermission" : "denyAll" }"#),
            ("Policy", policyTextInAnotherOrder),
        ]
        #expect(try settings.mismatch(creating: "q", attributes: same) == nil)
        for name in ["RedrivePolicy", "RedriveAllowPolicy", "Policy"] {
            #expect(try settings.mismatch(creating: "q", attributes: [(name, "")]) == name)
            #expect(try existing.mismatch(creating: "q", attributes: [(name, "")]) == nil)
        }
    }

    @Test func theTypeOfAQueueIsInItsName() throws {
        let fifo = QueueSettings(isFIFO: true)
        let request: Attributes = [("FifoQueue", "true"), ("ContentBasedDeduplication", "true")]
        let name = try fifo.mismatch(creating: "q.fifo", attributes: request)
        #expect(name == "ContentBasedDeduplication")
        #expect(try fifo.mismatch(creating: "q.fifo", attributes: [request[0]]) == nil)
    }
}

let policyText = """
    {"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*",\
    "Action":"sqs:SendMessage","Resource":"*"}]}
    """

private let policyTextInAnotherOrder = """
    { "Statement": [ {"Principal": "*", "Effect": "Allow",
      "Resource": "*", "Action": "sqs:SendMessage"} ], "Version": "2012-10-17" }
    """

@Suite struct SettingsEncryptionTests {
    private let oneAtATime = BrokerError(
        .invalidAttributeName,
        "You can use one type of server-side encryption (SSE) at one time. "
            + "You can either enable KMS SSE or SQS SSE.")

    @Test func aKeyTurnsTheKeysOfSQSOffAndTheyStayOff() throws {
        var settings = try QueueSettings.creating(
            name: "q", attributes: [("KmsMasterKeyId", "alias/aws/sqs")])
        #expect(settings.kmsMasterKeyID == "alias/aws/sqs")
        #expect(!settings.sqsManagedSSEEnabled)
        #expect(settings.value(of: .kmsDataKeyReusePeriodSeconds) == "300")
        settings = try settings.changed(by: [("KmsMasterKeyId", "")])
        #expect(settings.value(of: .kmsMasterKeyID) == nil)
        #expect(settings.value(of: .kmsDataKeyReusePeriodSeconds) == nil)
        #expect(settings.value(of: .sqsManagedSSEEnabled) == "false")
        settings = try settings.changed(by: [("SqsManagedSseEnabled", "true")])
        #expect(settings.sqsManagedSSEEnabled)
    }

    @Test func bothKindsAtOnceAreRefused() throws {
        #expect(throws: oneAtATime) {
            try QueueSettings.creating(
                name: "q", attributes: [("SqsManagedSseEnabled", "true"), ("KmsMasterKeyId", "k")])
        }
        let encrypted = try QueueSettings(isFIFO: false).changed(by: [
            ("KmsMasterKeyId", "k"), ("SqsManagedSseEnabled", "false"),
        ])
        #expect(throws: oneAtATime) {
            try encrypted.changed(by: [("SqsManagedSseEnabled", "true")])
        }
        let swapped = try encrypted.changed(by: [
            ("SqsManagedSseEnabled", "true"), ("KmsMasterKeyId", ""),
        ])
        #expect(swapped.sqsManagedSSEEnabled && swapped.kmsMasterKeyID == nil)
    }

    @Test func theDefaultReusePeriodRemovesTheAttribute() throws {
        var settings = try QueueSettings(isFIFO: false).changed(by: [
            ("KmsDataKeyReusePeriodSeconds", "6000")
        ])
        #expect(settings.value(of: .kmsDataKeyReusePeriodSeconds) == "6000")
        settings = try settings.changed(by: [("KmsDataKeyReusePeriodSeconds", "300")])
        #expect(settings.value(of: .kmsDataKeyReusePeriodSeconds) == nil)
    }

    @Test func aKeyIdentifierHasALimit() throws {
        let longest = String(repeating: "k", count: QueueLimits.kmsMasterKeyIDBytes)
        _ = try QueueSettings(isFIFO: false).changed(by: [("KmsMasterKeyId", longest)])
        #expect(throws: invalid("KmsMasterKeyId")) {
            try QueueSettings(isFIFO: false).changed(by: [("KmsMasterKeyId", longest + "k")])
        }
    }
}
