import Testing

@testable import BrokerServer

@Suite struct MailboxTests {
    /// Threads that contend for the mailbox lose nothing, and each one's order is kept.
    @Test func everythingThatIsPostedArrivesInOrder() throws {
        let wake = try Wake()
        let mailbox = Mailbox<(sender: Int, number: Int)>(wake: wake)
        let senders = 4
        let count = 2000
        for sender in 0..<senders {
            _ = try Thread(name: "sender \(sender)") {
                for number in 0..<count { mailbox.post((sender, number)) }
            }
        }
        var next = [Int](repeating: 0, count: senders)
        while next.contains(where: { $0 < count }) {
            wake.sleep()
            wake.clear()
            for (sender, number) in mailbox.takeAll() {
                #expect(number == next[sender])
                next[sender] = number + 1
            }
        }
        #expect(mailbox.takeAll().isEmpty)
    }
}
