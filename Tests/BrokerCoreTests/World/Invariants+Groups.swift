import Bytes

@testable import BrokerCore

/// What holds for message groups, the ring of them, and lanes.
extension InvariantChecker {
    mutating func check(group: UInt32, members: [UInt32], of backlog: Backlog) {
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
    mutating func checkRing(of backlog: Backlog, groups: [UInt32]) {
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

    mutating func checkDelays(of backlog: Backlog, slots: [UInt32]) {
        let first = slots.first { store.messages[$0].place == .delayed } ?? 0
        expect(backlog.firstDelayed == first, "the oldest delayed message is known")
        if first != 0, !backlog.isAbandoned {
            expect(backlog.delayTimer != 0, "delays of a FIFO queue have a timer")
        }
    }

    mutating func checkLanes(of backlog: Backlog, lanes: [UInt32]) {
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
}
