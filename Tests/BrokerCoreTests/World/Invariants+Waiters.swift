@testable import BrokerCore

extension InvariantChecker {
    /// Every receive that waits is in one list, and may end by its timer.
    mutating func checkWaiters(of broker: borrowing Broker) {
        var count = walk(broker.waiters.refused, of: nil, broker)
        for case let queue? in broker.queues { count += walk(queue.waiting, of: queue, broker) }
        let all = broker.waitingReceiveCount
        expect(count == all, "\(all) receives wait, \(count) of them in lists")
        expect(broker.waiters.slots.count == all, "a slot for each receive that waits")
        expect(broker.waiters.deadlines.count == all, "a timer for each receive that waits")
    }

    private mutating func walk(
        _ list: WaiterList, of queue: Queue?, _ broker: borrowing Broker
    ) -> Int {
        let slots = broker.waiters.slots
        var count = 0
        var previous: UInt32 = 0
        var slot = list.first
        while slot != 0, count <= slots.count {
            expect(slots[slot].previous == previous, "waiter \(slot) knows who stands before it")
            expect(broker.waiters[slots[slot].token] == slot, "waiter \(slot) is found")
            expect(slots[slot].timer != 0, "waiter \(slot) has a timer")
            let owner = broker.queues[Int(slots[slot].queue)]
            expect(owner === queue, "waiter \(slot) stands at its queue")
            count += 1
            previous = slot
            slot = slots[slot].next
        }
        return count
    }
}
