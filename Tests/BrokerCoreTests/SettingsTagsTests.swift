import Bytes
import Testing

@testable import BrokerCore

@Suite struct SettingsTagsTests {
    private func refusal(_ text: String) -> BrokerError {
        BrokerError(.invalidParameterValue, text)
    }

    private func lines(_ tags: QueueTags) -> [String] { tags.list.map { "\($0.key)=\($0.value)" } }

    private func tags(_ count: Int) -> [(key: String, value: String)] {
        (0..<count).map { (key: "k\($0)", value: "") }
    }

    @Test func tagsMergeAndAreOrderedByKey() throws {
        var tags = try QueueTags.creating([("b", "1"), ("a", "2")], queueName: "q")
        #expect(lines(tags) == ["a=2", "b=1"])
        tags = try tags.tagged(with: [("b", "3"), ("B", "")], queueName: "q")
        #expect(lines(tags) == ["B=", "a=2", "b=3"])
        tags = try tags.untagged(keys: ["a", "not there"])
        #expect(lines(tags) == ["B=", "b=3"])
    }

    @Test func aQueueHasAtMostFiftyTags() throws {
        let full = try QueueTags.creating(tags(50), queueName: "q")
        #expect(full.tags.count == 50)
        #expect(try full.tagged(with: [("k7", "new")], queueName: "q").tags.count == 50)
        #expect(throws: refusal("Too many tags added for queue q.")) {
            try full.tagged(with: [("one more", "")], queueName: "q")
        }
        #expect(throws: refusal("Too many tags added for queue q.")) {
            try QueueTags.creating(tags(51), queueName: "q")
        }
    }

    @Test func keysAndValuesHaveLengths() throws {
        let key = String(repeating: "k", count: 128)
        let value = String(repeating: "v", count: 256)
        _ = try QueueTags.creating([(key, value)], queueName: "q")
        for wrong in ["", key + "k"] {
            #expect(throws: refusal("Tag keys must be between 1 and 128 characters in length.")) {
                try QueueTags.creating([(wrong, "")], queueName: "q")
            }
        }
        #expect(throws: refusal("Tag values must be between 0 and 256 characters in length.")) {
            try QueueTags.creating([("k", value + "v")], queueName: "q")
        }
    }

    @Test func someCharactersAreAllowed() throws {
        _ = try QueueTags.creating([("Größe_.:/=+-@ 7", "日本 _.:/=+-@")], queueName: "q")
        let rest =
            "can only include letters, digits, white space and the characters _ . : / = + - @."
        for text in ["a#", "a\u{0}", "🦆", "a*"] {
            #expect(throws: refusal("Tag keys " + rest)) {
                try QueueTags.creating([(text, "")], queueName: "q")
            }
            #expect(throws: refusal("Tag values " + rest)) {
                try QueueTags.creating([("k", text)], queueName: "q")
            }
        }
    }

    @Test(arguments: ["aws:x", "AWS:x"])
    func thePrefixOfAWSIsReserved(key: String) throws {
        #expect(throws: refusal("Tag keys cannot start with the reserved prefix aws:.")) {
            try QueueTags.creating([(key, "")], queueName: "q")
        }
        _ = try QueueTags.creating([("awsome", "aws:x")], queueName: "q")
    }

    @Test func taggingAndUntaggingNeedSomethingToDo() {
        #expect(
            throws: BrokerError(
                .missingParameter, "The request must contain the parameter Tags.")
        ) { try QueueTags().tagged(with: [], queueName: "q") }
        #expect(throws: refusal("Tag keys must be between 1 and 128 characters in length.")) {
            try QueueTags().untagged(keys: [])
        }
    }

    @Test func tagsReadBackAsTheyWereWritten() throws {
        let tags = try QueueTags.creating([("a", "1"), ("ö", "")], queueName: "q")
        var writer = ByteWriter()
        tags.encode(to: &writer)
        var reader = ByteReader(writer.view)
        #expect(try QueueTags(decoding: &reader) == tags)
        #expect(reader.remaining == 0)
        for length in 0..<writer.count {
            var cut = ByteReader(writer.view.prefix(length))
            #expect(throws: QueueSettings.Malformed()) { try QueueTags(decoding: &cut) }
        }
    }
}
