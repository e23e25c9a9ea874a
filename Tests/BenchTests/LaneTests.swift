import Testing

@testable import Bench

/// What `verify` concludes from what it saw.
@Suite struct LaneTests {
    private let group = Lane(isOrdered: true, capacity: 8)
    private let queue = Lane(isOrdered: false, capacity: 8)

    /// A receive that was answered at once.
    private func receive(at now: UInt64) -> Lane.Receive {
        Lane.Receive(start: now, end: now, visibility: 3000)
    }

    private func send(_ count: Int, to lane: Lane) {
        for number in lane.begin(count) {
            #expect(lane.sent(number, identifier: UInt64(number) + 1) == nil)
        }
    }

    private func take(
        _ number: Int, of lane: Lane, at now: UInt64, together: [Int] = []
    ) -> Lane.Fault? {
        lane.received(
            number, identifier: UInt64(number) + 1, by: receive(at: now), together: together)
    }

    private func delete(_ number: Int, of lane: Lane, receivedAt: UInt64, at now: UInt64) {
        lane.deleting(number)
        lane.deleted(number, of: receive(at: receivedAt), at: now)
        lane.settle()
    }

    @Test func whatIsDeletedInOrderIsFineAndForgotten() {
        send(3, to: group)
        #expect(take(0, of: group, at: 10) == nil)
        #expect(take(1, of: group, at: 10, together: [0]) == nil)
        delete(0, of: group, receivedAt: 10, at: 20)
        delete(1, of: group, receivedAt: 10, at: 20)
        #expect(take(2, of: group, at: 30) == nil)
        #expect(group.remaining == [2])
        delete(2, of: group, receivedAt: 30, at: 40)
        #expect(group.remaining.isEmpty && group.first == 3 && group.exceptions.isEmpty)
    }

    @Test func aLaterMessageOfAGroupMustWait() {
        send(2, to: group)
        #expect(take(1, of: group, at: 10) == .reordered)
    }

    @Test func aMessageInFlightIsNotThereForOthers() {
        send(1, to: group)
        #expect(take(0, of: group, at: 10) == nil)
        #expect(take(0, of: group, at: 2000) == .early)
        #expect(take(0, of: group, at: 6000) == nil)
        group.releasing(0)
        #expect(take(0, of: group, at: 6010) == nil)
    }

    @Test func aDeletedMessageStaysAway() {
        send(2, to: queue)
        #expect(take(0, of: queue, at: 10) == nil)
        #expect(take(1, of: queue, at: 10) == nil)
        queue.deleting(1)
        queue.deleted(1, of: receive(at: 10), at: 20)
        // The answer of an earlier receive, which took long.
        #expect(take(1, of: queue, at: 5) == nil)
        #expect(take(1, of: queue, at: 15) == .returned)
        #expect(take(1, of: queue, at: 5000) == .returned)
        // The same when it has been forgotten.
        delete(0, of: queue, receivedAt: 10, at: 20)
        #expect(queue.first == 2)
        #expect(take(0, of: queue, at: 5) == nil)
        #expect(take(0, of: queue, at: 5000) == .returned)
    }

    @Test func anOldReceiptMayDeleteNothing() {
        send(1, to: queue)
        #expect(take(0, of: queue, at: 10) == nil)
        delete(0, of: queue, receivedAt: 10, at: 3000)
        #expect(queue.doubts.deleted == 1)
        #expect(take(0, of: queue, at: 3020) == nil)
        #expect(queue.remaining == [0])
    }

    @Test func aReleaseLeavesADoubtUntilItIsAnsweredInTime() {
        send(1, to: queue)
        #expect(take(0, of: queue, at: 10) == nil)
        queue.releasing(0)
        #expect(take(0, of: queue, at: 20) == nil)
        delete(0, of: queue, receivedAt: 20, at: 30)
        #expect(queue.doubts.deleted == 1)
        queue.released(0, of: receive(at: 10), at: 40)
        queue.deleted(0, of: receive(at: 20), at: 50)
        #expect(queue.doubts.deleted == 0 && queue.remaining.isEmpty)
    }

    @Test func anUnansweredDeletionEndsWhenItsGroupGoesOn() {
        send(2, to: group)
        #expect(take(0, of: group, at: 10) == nil)
        group.deleting(0)
        #expect(take(1, of: group, at: 20) == nil)
        #expect(take(0, of: group, at: 9000) == .returned)
    }

    @Test func twoIdentifiersAreTwoMessages() {
        send(1, to: queue)
        #expect(queue.received(0, identifier: 9, by: receive(at: 10), together: []) == .duplicated)
        let number = queue.begin(1).lowerBound
        #expect(queue.received(number, identifier: 5, by: receive(at: 10), together: []) == nil)
        #expect(queue.sent(number, identifier: 6) == .duplicated)
    }

    @Test func whatWasNeverSentIsNotAMessage() {
        send(1, to: queue)
        #expect(take(1, of: queue, at: 10) == .changed)
    }

    @Test func messagesOfWhichOneCannotKnowLeaveRoom() {
        // Nobody answered the sends of the first half.
        let doubtful = queue.begin(6)
        queue.settle()
        #expect(queue.room == 4 && queue.exceptions.count == 2)
        send(2, to: queue)
        #expect(take(doubtful.lowerBound, of: queue, at: 10) == nil)
        #expect(queue.remaining == [0, 6, 7])
        delete(0, of: queue, receivedAt: 10, at: 20)
        #expect(queue.remaining == [6, 7])
        #expect(take(0, of: queue, at: 9000) == .returned)
    }
}
