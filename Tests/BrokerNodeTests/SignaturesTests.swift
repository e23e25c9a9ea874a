import BrokerCore
import Bytes
import Testing

@testable import BrokerNode

@Suite("Signatures")
struct SignaturesTests {
    private let signer = ScriptedSigner()

    private func key(_ number: UInt64, version: UInt8 = 1) -> SignatureKey {
        let notification = StoredNotification(
            instant: Instant(milliseconds: 1), timestamp: Timestamp(milliseconds: 1), topic: 1,
            id: MessageID(high: 0, low: number), seed: Hash128(first: 0, second: 0),
            sender: .anonymous, signatureVersion: version, target: "", message: "")
        return SignatureKey(notification, for: .sqs)
    }

    private func text(_ signature: [UInt8]?) -> String? {
        guard let signature else { return nil }
        return signature.withByteView { view in
            var writer = ByteWriter()
            _ = Base64.decode(view, into: &writer)
            return writer.view.string
        }
    }

    @Test("A signature that two wait for is made once")
    func once() {
        signer.isHeld = true
        var signatures = Signatures(signer: signer)
        signatures.ask(key(1), "text", for: .receive(7))
        signatures.ask(key(1), "text", for: .delivery(8))
        #expect(signatures.takeSigned().isEmpty)
        signer.release()
        let answered = signatures.takeSigned()
        #expect(signer.texts == ["text"])
        #expect(answered.count == 2)
        for (_, signature) in answered { #expect(text(signature) == "signature 1 of version 1") }
        #expect(text(signatures.find(key(1))) == "signature 1 of version 1")
    }

    @Test("Those who wait for the same signature get it in steps")
    func inSteps() {
        signer.isHeld = true
        var signatures = Signatures(signer: signer)
        for number: UInt64 in 0..<250 { signatures.ask(key(1), "a", for: .receive(number)) }
        for number: UInt64 in 250..<260 { signatures.ask(key(2), "b", for: .receive(number)) }
        #expect(!signatures.hasSigned)
        signer.release()
        var tickets: [UInt64] = []
        for count in [100, 100, 60] {
            let answered = signatures.takeSigned()
            #expect(answered.count == count)
            #expect(signatures.hasSigned == (count == 100))
            for case (.receive(let ticket), let signature) in answered {
                tickets.append(ticket)
                let number = ticket < 250 ? 1 : 2
                #expect(text(signature) == "signature \(number) of version 1")
            }
        }
        #expect(tickets == Array(0..<260))
        #expect(signatures.takeSigned().isEmpty)
    }

    @Test("Versions and messages have signatures of their own")
    func apart() {
        var signatures = Signatures(signer: signer)
        signatures.ask(key(1), "a", for: .receive(1))
        signatures.ask(key(1, version: 2), "a", for: .receive(2))
        signatures.ask(key(2), "b", for: .receive(3))
        _ = signatures.takeSigned()
        #expect(text(signatures.find(key(1, version: 2))) == "signature 2 of version 2")
        #expect(text(signatures.find(key(2))) == "signature 3 of version 1")
        #expect(signatures.find(key(2, version: 2)) == nil)
    }

    @Test("The oldest are dropped, except those that were asked for")
    func bounded() {
        var signatures = Signatures(signer: signer)
        for number: UInt64 in 0..<4096 { signatures.ask(key(number), "", for: .receive(number)) }
        _ = signatures.takeSigned()
        #expect(signatures.find(key(0)) != nil)
        signatures.ask(key(5000), "", for: .receive(5000))
        _ = signatures.takeSigned()
        #expect(signatures.find(key(0)) != nil)
        #expect(signatures.find(key(1)) == nil)
        #expect(signatures.find(key(2)) != nil)
        #expect(signatures.find(key(5000)) != nil)
    }

    @Test("Nothing is signed ahead while too much is under way or was never asked for")
    func ahead() {
        var signatures = Signatures(signer: signer)
        signer.isHeld = true
        for number: UInt64 in 0..<64 {
            #expect(signatures.mayAnticipate)
            signatures.anticipate(key(number), "")
        }
        #expect(!signatures.mayAnticipate)
        signer.isHeld = false
        signer.release()
        for number: UInt64 in 64..<1024 {
            _ = signatures.takeSigned()
            #expect(signatures.mayAnticipate)
            signatures.anticipate(key(number), "")
        }
        _ = signatures.takeSigned()
        #expect(!signatures.mayAnticipate)
        _ = signatures.find(key(3))
        #expect(signatures.mayAnticipate)
    }

    @Test("A signature made ahead is not asked for again")
    func anticipated() {
        signer.isHeld = true
        var signatures = Signatures(signer: signer)
        signatures.anticipate(key(1), "text")
        signatures.anticipate(key(1), "text")
        signatures.ask(key(1), "text", for: .receive(1))
        signer.release()
        #expect(signatures.takeSigned().count == 1)
        #expect(signer.texts.count == 1)
    }
}
