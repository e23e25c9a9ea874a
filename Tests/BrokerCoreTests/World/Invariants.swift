import Bytes

@testable import BrokerCore

/// Walks every structure of a broker and collects what contradicts its invariants. O(n).
struct InvariantChecker: ~Copyable {
    private(set) var faults: [String] = []
    private let store: MessageStore
    private let segmentByteCount: UInt64

    static func faults(of broker: borrowing Broker) -> [String] {
        var checker = InvariantChecker(
            store: broker.store, segmentByteCount: broker.configuration.segmentByteCount)
        checker.checkBacklogs(of: broker)
        checker.checkTotals()
        return checker.faults
    }

    private init(store: MessageStore, segmentByteCount: UInt64) {
        self.store = store
        self.segmentByteCount = segmentByteCount
    }

    private mutating func expect(_ condition: Bool, _ fault: @autoclosure () -> String) {
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
                guard message.place != .free, message.backlog == backlog.number,
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
        expect(message.backlog == backlog.number, "a message knows its backlog")
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

    private mutating func check(group: UInt32, members: [UInt32], of backlog: Backlog) {
        let slot = store.groups[group]
        expect(slot.backlog == backlog.number, "a group knows its backlog")
        expect(Int(slot.count) == members.count, "a group counts its messages")
        let ready = members.filter { store.messages[$0].place == .ready }
        let inFlight = members.filter { store.messages[$0].place == .inFlight }
        expect(Int(slot.readyCount) == ready.count, "a group counts its ready messages")
        expect(Int(slot.inFlightCount) == inFlight.count, "a group counts those in flight")
        if group != backlog.plainLane {
            let digest = Hash128(first: slot.keyFirst, second: slot.keySecond)
            expect(
                store.groupIndex[MessageStore.key(digest, in: backlog.number)] == group,
                "a group is found by its identifier")
        }
        let listed = list(from: slot.head, to: slot.tail)
        if backlog.isFIFO {
            expect(Set(listed) == Set(members), "a group lists its messages")
            expect(isAscending(listed), "a group is in the order of sending")
        } else {
            expect(isAscending(listed), "fresh messages of a lane are in order")
            let returned = heap(from: slot.root)
            expect(
                Set(listed + returned) == Set(ready)
                    && listed.count + returned.count == ready.count,
                "a lane holds exactly its ready messages")
            let first = ready.min { store.messages[$0].order < store.messages[$1].order }
            expect(store.earliest(in: group) == first ?? 0, "a lane knows its earliest message")
        }
    }

    private mutating func list(from head: UInt32, to tail: UInt32) -> [UInt32] {
        var slots: [UInt32] = []
        var previous: UInt32 = 0
        var slot = head
        while slot != 0, slots.count <= store.messages.count {
            expect(store.messages[slot].previous == previous, "a group's list is doubly linked")
            slots.append(slot)
            previous = slot
            slot = store.messages[slot].next
        }
        expect(tail == previous, "a group's list ends at its tail")
        return slots
    }

    private func isAscending(_ slots: [UInt32]) -> Bool {
        zip(slots, slots.dropFirst()).allSatisfy {
            store.messages[$0].order < store.messages[$1].order
        }
    }

    /// All messages of a pairing heap; children come after their parents.
    private mutating func heap(from root: UInt32) -> [UInt32] {
        var found: [UInt32] = []
        var open = root == 0 ? [] : [root]
        while let slot = open.popLast(), found.count <= store.messages.count {
            found.append(slot)
            expect(store.messages[slot].flags.contains(.returned), "a heap holds what returned")
            var child = store.deliveries[store.messages[slot].delivery].link
            var previous = slot
            while child != 0, open.count <= store.messages.count {
                expect(store.messages[child].previous == previous, "siblings are doubly linked")
                expect(
                    store.messages[slot].order < store.messages[child].order,
                    "a parent comes before its children")
                open.append(child)
                previous = child
                child = store.messages[child].next
            }
        }
        return found
    }

    /// The ring holds exactly the groups whose first message is ready.
    private mutating func checkRing(of backlog: Backlog, groups: [UInt32]) {
        var ring: [UInt32] = []
        var previous: UInt32 = 0
        var group = backlog.ringHead
        while group != 0, ring.count <= store.groups.count {
            expect(store.groups[group].ringPrevious == previous, "the ring is doubly linked")
            ring.append(group)
            previous = group
            group = store.groups[group].ringNext
        }
        expect(backlog.ringTail == previous, "the ring ends at its tail")
        let receivable = groups.filter { store.messages[store.groups[$0].head].place == .ready }
        expect(
            ring.count == receivable.count && Set(ring) == Set(receivable),
            "the ring holds exactly the groups that can be received from")
        for group in groups {
            expect(
                (store.groups[group].state == 1) == receivable.contains(group),
                "a group knows whether it is in the ring")
        }
    }

    private mutating func checkDelays(of backlog: Backlog, slots: [UInt32]) {
        let first = slots.first { store.messages[$0].place == .delayed } ?? 0
        expect(backlog.firstDelayed == first, "the oldest delayed message is known")
        if first != 0, !backlog.isAbandoned {
            expect(backlog.delayTimer != 0, "delays of a FIFO queue have a timer")
        }
    }

    private mutating func checkLanes(of backlog: Backlog, lanes: [UInt32]) {
        var listed: [UInt32] = []
        var previous: UInt32 = 0
        var lane = backlog.firstLane
        while lane != 0, listed.count <= store.groups.count {
            expect(store.groups[lane].ringPrevious == previous, "the lanes are doubly linked")
            listed.append(lane)
            previous = lane
            lane = store.groups[lane].ringNext
        }
        expect(backlog.lastLane == previous, "the lanes end at the last")
        expect(listed.count == backlog.laneCount, "the lanes are counted")
        expect(Set(listed) == Set(lanes), "exactly the lanes with messages are listed")
        let noisy = listed.filter { store.groups[$0].state == 1 }
        expect(
            Set(noisy) == Set(backlog.noisy) && noisy.count == backlog.noisy.count,
            "the noisy lanes are known")
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
        if store.messages.highWater > 1 {
            for slot in 1..<store.messages.highWater where store.messages[slot].place != .free {
                messages += 1
                if store.messages[slot].delivery != 0 { deliveries += 1 }
                let bytes = UInt64(store.messages[slot].length) + 32
                live += bytes
                segments[store.messages[slot].position / segmentByteCount, default: 0] += bytes
            }
        }
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
                && store.messages[slot].backlog == backlog.number
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
            if message.place == .delayed, !store.backlog(message.backlog).isFIFO { count += 1 }
        }
        return count
    }
}
