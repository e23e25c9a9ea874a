import Bytes
import Testing

@testable import BrokerCore

@Suite struct SettingsCodingTests {
    private func examples() throws -> [QueueSettings] {
        let arn = "arn:aws:sqs:us-east-1:000000000000:dead"
        let full = try QueueSettings.creating(
            name: "q.fifo",
            attributes: [
                ("FifoQueue", "true"), ("VisibilityTimeout", "43200"), ("DelaySeconds", "900"),
                ("MaximumMessageSize", "1024"), ("MessageRetentionPeriod", "60"),
                ("ReceiveMessageWaitTimeSeconds", "20"), ("Policy", policyText),
                ("RedrivePolicy", #"{"deadLetterTargetArn":"\#(arn)","maxReceiveCount":7}"#),
                (
                    "RedriveAllowPolicy",
                    #"{"redrivePermission":"byQueue","sourceQueueArns":["\#(arn)"]}"#
                ),
                ("KmsMasterKeyId", "schlüssel"), ("KmsDataKeyReusePeriodSeconds", "86400"),
                ("ContentBasedDeduplication", "true"), ("DeduplicationScope", "messageGroup"),
                ("FifoThroughputLimit", "perMessageGroupId"),
            ])
        return [
            QueueSettings(isFIFO: false), QueueSettings(isFIFO: true), full,
            try full.changed(by: [
                ("FifoThroughputLimit", "perQueue"), ("DeduplicationScope", "queue"),
            ]),
            try full.changed(by: [("RedrivePolicy", ""), ("Policy", ""), ("KmsMasterKeyId", "")]),
            try full.changed(by: [
                ("RedriveAllowPolicy", ""), ("ContentBasedDeduplication", "false"),
            ]),
        ]
    }

    @Test func settingsReadBackAsTheyWereWritten() throws {
        for settings in try examples() {
            var writer = ByteWriter()
            settings.encode(to: &writer)
            let length = writer.count
            writer.append("what follows")
            var reader = ByteReader(writer.view)
            #expect(try QueueSettings(decoding: &reader) == settings)
            #expect(reader.offset == length)
        }
    }

    @Test func aStandardQueueTakesTwentySevenBytes() {
        var writer = ByteWriter()
        QueueSettings(isFIFO: false).encode(to: &writer)
        #expect(writer.count == 27)
    }

    @Test func cutSettingsAreMalformed() throws {
        for settings in try examples() {
            var writer = ByteWriter()
            settings.encode(to: &writer)
            for length in 0..<writer.count {
                var reader = ByteReader(writer.view.prefix(length))
                #expect(throws: QueueSettings.Malformed()) {
                    try QueueSettings(decoding: &reader)
                }
            }
        }
    }

    @Test func anotherVersionIsMalformed() {
        var writer = ByteWriter()
        QueueSettings(isFIFO: false).encode(to: &writer)
        writer.replace(at: 0, with: "\u{2}")
        var reader = ByteReader(writer.view)
        #expect(throws: QueueSettings.Malformed()) { try QueueSettings(decoding: &reader) }
    }
}
