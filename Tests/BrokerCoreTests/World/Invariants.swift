import Bytes

@testable import BrokerCore

/// Walks every structure of a broker and collects what contradicts its invariants. O(n).
struct InvariantChecker: ~Copyable {
    private(set) var faults: [String] = []
    let store: MessageStore
    private let segmentByteCount: UInt64

    static func faults(of broker: borrowing Broker) -> [String] {
        var checker = InvariantChecker(
            store: broker.store, segmentByteCount: broker.configuration.segmentByteCount)
        checker.checkBacklogs(of: broker)
        checker.checkTotals()
        checker.checkWaiters(of: broker)
        return checker.faults
    }

    private init(store: MessageStore, segmentByteCount: UInt64) {
        self.store = store
        self.segmentByteCount = segmentByteCount
    }

    mutating func expect(_ condition: Bool, _ fault: @autoclosure () -> String) {
        if !condition, faults.count < 20 { faults.append(fault()) }
    }

    private mutating func checkBacklogs(of broker: borrowing Broker) {
        for number in broker.queues.indices {
            guard let queue = broker.queues[number] else { continue }
            expect(Int(queue.number) == number, "queue \(number) stands where it should")
            expect(
                store.backlogs[Int(queue.backlog.number)] === queue.backlog,
                "queue \(number) has the backlog of its number")
            expect(!queue.backlog.isAbandoned, "the backlog of a queue is not abandoned")
        }
        for case let backlog? in store.backlogs {
            let isAwaitingSweep = broker.abandoned.contains(backlog.number)
            expect(
                backlog.isAbandoned == isAwaitingSweep,
                "backlog \(backlog.number) is abandoned exactly while it waits to be swept")
            check(backlog)
        }
    }

    private mutating func check(_ backlog: Backlog) {
        let slots = checkAge(of: backlog)
        var places: [Place: Int] = [:]
        var groups: [UInt32: [UInt32]] = [:]
        for slot in slots {
            let message = store.messages[slot]
            places[message.place, default: 0] += 1
            groups[message.group, default: []].append(slot)
            check(slot, of: backlog)
        }
        let name = "backlog \(backlog.number)"
        expect(backlog.readyCount == places[.ready, default: 0], "\(name) counts the ready")
        expect(backlog.delayedCount == places[.delayed, default: 0], "\(name) counts the delayed")
        expect(
            backlog.inFlightCount == places[.inFlight, default: 0],
            "\(name) counts those in flight")
        expect(places[.free] == nil, "\(name) lists no free slot")
        let orders = Set(slots.map { store.messages[$0].order })
        expect(orders.count == slots.count, "orders are unique in \(name)")
        expect(orders.allSatisfy { $0 < backlog.nextOrder }, "orders of \(name) were given out")
        for (group, members) in groups { check(group: group, members: members, of: backlog) }
        if backlog.isFIFO {
            checkRing(of: backlog, groups: Array(groups.keys))
            checkDelays(of: backlog, slots: slots)
        } else {
            checkLanes(of: backlog, lanes: groups.keys.filter { $0 != backlog.plainLane })
        }
        checkDeduplications(of: backlog)
    }

    /// Follows the list of ages and adds what the heap orders; returns all messages.
    private mutating func checkAge(of backlog: Backlog) -> [UInt32] {
        var slots: [UInt32] = []
        var previous: UInt32 = 0
        var slot = backlog.oldest
        while slot != 0, slots.count <= store.messages.count {
            let message = store.messages[slot]
            expect(message.previousByAge == previous, "the list of ages is doubly linked")
            expect(
                previous == 0 || store.messages[previous].sentAt <= message.sentAt,
                "the list of ages is in order")
            expect(!message.flags.contains(.agedInHeap), "what is listed is not in the heap")
            slots.append(slot)
            previous = slot
            slot = message.nextByAge
        }
        expect(backlog.youngest == previous, "the list of ages ends at the youngest")
        var aged: [UInt32] = []
        if store.messages.highWater > 1 {
            for slot in 1..<store.messages.highWater {
                let message = store.messages[slot]
                guard message.place != .free, store.backlogNumber(of: slot) == backlog.number,
                    message.flags.contains(.agedInHeap)
                else { continue }
                aged.append(slot)
            }
        }
        expect(aged.count == backlog.agedCount, "the heap of ages is counted")
        slots += aged
        let oldest = slots.map { store.messages[$0].sentAt }.min()
        let found = store.oldest(in: backlog)
        expect(
            found == 0 ? oldest == nil : store.messages[found].sentAt == oldest,
            "the oldest message is found")
        return slots
    }

    private mutating func check(_ slot: UInt32, of backlog: Backlog) {
        let message = store.messages[slot]
        expect(store.backlogNumber(of: slot) == backlog.number, "a message knows its backlog")
        guard message.delivery != 0 else {
            expect(message.place != .inFlight, "what is in flight has a delivery")
            return
        }
        let delivery = store.deliveries[message.delivery]
        expect(delivery.message == slot, "a delivery knows its message")
        let isTimed = message.place == .inFlight || (message.place == .delayed && !backlog.isFIFO)
        if isTimed { expect(delivery.link != 0, "a deadline has a timer") }
        if backlog.isFIFO, message.place == .ready {
            expect(delivery.link == 0, "a ready message has no timer")
        }
    }

    private mutating func checkDeduplications(of backlog: Backlog) {
        var previous: UInt32 = 0
        var slot = backlog.firstDeduplication
        var steps = 0
        while slot != 0, steps <= store.deduplications.count {
            let entry = store.deduplications[slot]
            expect(entry.previous == previous, "the identifiers are doubly linked")
            let key = Hash128(first: entry.keyFirst, second: entry.keySecond)
            if !backlog.isAbandoned {
                expect(store.deduplicationIndex[key] == slot, "an identifier is found")
            }
            previous = slot
            slot = entry.next
            steps += 1
        }
        expect(backlog.lastDeduplication == previous, "the identifiers end at the last")
    }

    /// What all backlogs together hold is what the slabs hold: nothing leaks.
    private mutating func checkTotals() {
        var messages = 0
        var deliveries = 0
        var live: UInt64 = 0
        var segments: [UInt64: UInt64] = [:]
        var references: [UInt32: UInt32] = [:]
        if store.messages.highWater > 1 {
            for slot in 1..<store.messages.highWater where store.messages[slot].place != .free {
                messages += 1
                if store.messages[slot].delivery != 0 { deliveries += 1 }
                if store.messages[slot].flags.contains(.published) {
                    references[store.messages[slot].publication, default: 0] += 1
                    continue
                }
                let bytes = UInt64(store.messages[slot].length) + 32
                live += bytes
                segments[store.messages[slot].position / segmentByteCount, default: 0] += bytes
            }
        }
        for slot in 1..<max(store.owed.highWater, 1) where store.owed[slot].state != .free {
            let publication = store.owed[slot].publication
            if publication != 0 { references[publication, default: 0] += 1 }
        }
        for (publication, count) in references {
            let slot = store.publications[publication]
            expect(slot.references == count, "the references of a publication are counted")
            let bytes = UInt64(slot.length) + 32
            live += bytes
            segments[slot.position / segmentByteCount, default: 0] += bytes
        }
        expect(store.publications.count == references.count, "no publication leaks")
        let counted = store.backlogs.compactMap { $0?.count }.reduce(0, +)
        expect(counted == messages, "every message is in a backlog")
        expect(store.messages.count == messages, "no message slot leaks")
        expect(store.deliveries.count == deliveries, "no delivery leaks")
        expect(store.ledger.total == live, "the ledger holds the bytes of the live messages")
        for (segment, bytes) in segments {
            expect(
                store.ledger.bytes(inSegment: segment) == bytes,
                "the ledger holds the bytes of segment \(segment)")
        }
        let groups = store.backlogs.compactMap { $0 }.map { backlog in
            var found: Set<UInt32> = backlog.plainLane == 0 ? [] : [backlog.plainLane]
            for slot in 1..<max(store.messages.highWater, 1)
            where store.messages[slot].place != .free
                && store.backlogNumber(of: slot) == backlog.number
            {
                found.insert(store.messages[slot].group)
            }
            return found.count
        }.reduce(0, +)
        expect(store.groups.count == groups, "no group leaks")
        let timers = store.messages.highWater <= 1 ? 0 : timedMessageCount()
        let delays = store.backlogs.filter { ($0?.delayTimer ?? 0) != 0 }.count
        expect(store.wheel.count == timers + delays, "every timer has its message")
        var attempts = 0
        var attempt = store.firstAttempt
        while attempt != 0, attempts <= store.attempts.count {
            attempts += 1
            attempt = store.attempts[attempt].next
        }
        expect(store.attempts.count == attempts, "every attempt is listed")
        expect(store.attemptIndex.count == attempts, "every attempt is found")
        expect(
            store.deduplicationIndex.count == store.deduplications.count,
            "every identifier is found")
    }

    private func timedMessageCount() -> Int {
        var count = 0
        for slot in 1..<store.messages.highWater {
            let message = store.messages[slot]
            if message.place == .inFlight { count += 1 }
            if message.place == .delayed, !store.backlog(store.backlogNumber(of: slot)).isFIFO {
                count += 1
            }
        }
        return count
    }
}
