import BrokerCore
import Bytes
import Testing

@testable import BrokerNode

@Suite("Sends that take long to read and to digest")
struct SlowSendTests {
    private static func value(_ index: Int) -> String {
        String(repeating: "\(index)-value-", count: 10_000)
    }

    private static func attributes(_ index: Int) -> String {
        #"{"b":{"DataType":"String","StringValue":"\#(value(index))"},"#
            + #""a":{"DataType":"Number","StringValue":"\#(index)"}}"#
    }

    private static func digest(_ index: Int) -> String {
        let value = value(index)
        let number = String(index)
        return value.withByteView { value in
            number.withByteView { number in
                var text = ByteWriter()
                MessageDigests.append(
                    [
                        MessageAttribute(name: "b", dataType: "String", value: .string(value)),
                        MessageAttribute(name: "a", dataType: "Number", value: .string(number)),
                    ], to: &text)
                var digits = ByteWriter()
                digits.append(hex: MD5Digest(of: text.view))
                return digits.view.string
            }
        }
    }

    @Test("The attributes of a message have their digest, which takes more than one turn")
    func attributes() throws {
        var limits = NodeLimits()
        limits.digestedBytesPerTick = 32 << 10
        let node = try TestNode.withQueue(limits: limits)
        let wire = node.connect()
        wire.send(
            Ask.json(
                "SendMessage",
                #"{"QueueUrl":"\#(Ask.queueURL)","MessageBody":"short","#
                    + #""MessageAttributes":\#(Self.attributes(1))}"#))
        try node.turn()
        #expect(wire.outgoing.isEmpty)
        try node.settle()
        #expect(wire.answers.map(\.status) == [200])
        #expect(wire.answers[0].holds(#""MD5OfMessageAttributes":"\#(Self.digest(1))""#))
        #expect(wire.answers[0].holds(#""MD5OfMessageBody":"4f09daa9d95bcb166a302407a0e0babe""#))
    }

    @Test("Each message of a batch has the digest of its own attributes, and some have none")
    func batch() throws {
        let node = try TestNode.withQueue()
        let entries = (0..<4).map { index in
            let attributes =
                index == 2 ? "" : #","MessageAttributes":\#(Self.attributes(index))"#
            return #"{"Id":"\#(index)","MessageBody":"\#(index)"\#(attributes)}"#
        }
        let send = Ask.json(
            "SendMessageBatch",
            #"{"QueueUrl":"\#(Ask.queueURL)","Entries":[\#(entries.joined(separator: ","))]}"#)
        let answer = try #require(try node.answer(to: send))
        #expect(answer.status == 200)
        let results = answer.body.split(separator: #""Id""#).dropFirst()
        #expect(results.count == 4)
        for (index, result) in results.enumerated() {
            #expect(result.contains("MD5OfMessageAttributes") == (index != 2))
            #expect(result.contains(Self.digest(index)) == (index != 2))
        }
    }

    @Test("More attributes than a message may have are refused as ever")
    func tooLong() throws {
        let node = try TestNode.withQueue()
        let value = String(repeating: "x", count: 1 << 20)
        let answer = try node.answer(
            to: Ask.json(
                "SendMessage",
                #"{"QueueUrl":"\#(Ask.queueURL)","MessageBody":"b","MessageAttributes":"#
                    + #"{"a":{"DataType":"String","StringValue":"\#(value)"}}}"#))
        #expect(answer?.status == 400)
        #expect(answer?.holds("must be shorter than 1048576 bytes") == true)
    }

    @Test("A client that sends much at once does not have it all read in one turn")
    func reading() throws {
        let node = try TestNode.withQueue()
        let wire = node.connect()
        wire.send(Ask.send(String(repeating: "x", count: 1_000_000)))
        try node.turn()
        #expect(node.table.heldByteCount < 1 << 20)
        try node.settle()
        #expect(wire.answers.map(\.status) == [200])
    }
}
