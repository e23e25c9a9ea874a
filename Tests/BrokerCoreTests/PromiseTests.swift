import Bytes
import Testing

@testable import BrokerCore

/// What the broker's users promise: breaking it stops the process.
@Suite struct PromiseTests {
    @Test func aJournalIsFoundedOnce() async {
        await #expect(processExitsWith: .failure) {
            let world = World()
            world.broker.found(at: world.now, into: world.sink)
        }
    }

    @Test func thereIsOneSnapshotAtATime() async {
        await #expect(processExitsWith: .failure) {
            let world = World()
            world.broker.beginSnapshot()
            world.broker.beginSnapshot()
        }
    }

    @Test func aSnapshotIsBegunBeforeItGoesOn() async {
        await #expect(processExitsWith: .failure) {
            let world = World()
            _ = world.broker.continueSnapshot(upTo: 1) { _, _ in }
        }
    }

    @Test func aTokenNamesOneWaitingReceive() async {
        await #expect(processExitsWith: .failure) {
            let world = World()
            let caller = Caller(account: .anonymous, region: "us-east-1")
            try world.createQueue("q", from: caller)
            var receive = ReceiveMessage()
            receive.queue = world.reference("q", caller)
            receive.waitTimeSeconds = 20
            for _ in 0..<2 {
                _ = try world.broker.perform(
                    .receiveMessage(receive), from: caller, at: world.now, token: 99,
                    into: world.sink)
            }
        }
    }

    @Test func aMessageIsReadyWhenItIsReceived() async {
        await #expect(processExitsWith: .failure) {
            let store = MessageStore(segmentByteCount: 4096)
            let backlog = Backlog(number: 1, queueNumber: 1, isFIFO: false)
            store.backlogs.append(backlog)
            let slot = store.allocate(position: .start, length: 10, sentAt: 0)
            store.attach(slot, group: nil, to: backlog)
            store.becomeReadyAtFirst(slot, in: backlog)
            for _ in 0..<2 {
                store.becomeInFlight(slot, until: 10, at: World.start, in: backlog)
            }
        }
    }
}
