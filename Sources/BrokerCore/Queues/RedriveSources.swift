import Bytes

/// The queues whose redrive policy names a queue, by the digest of the queue that is named. There may
/// be very many of either, and nothing here grows with a pause.
final class RedriveSources {
    private let listOfTarget = HashIndex()
    private var lists: [NameOrder<Queue>] = []
    private var freeLists: [UInt32] = []

    /// The queues that name a target; nil when there are none.
    subscript(target: Hash128) -> NameOrder<Queue>? {
        listOfTarget[target].map { lists[Int($0)] }
    }

    func enter(_ queue: Queue, naming target: Hash128) {
        if let list = listOfTarget[target] {
            lists[Int(list)].insert(queue)
            return
        }
        let list = freeLists.popLast() ?? UInt32(lists.count)
        if list == lists.count { lists.append(NameOrder()) }
        listOfTarget.insert(target, list)
        lists[Int(list)].insert(queue)
    }

    /// Takes out a queue that names the target no more.
    func leave(_ queue: Queue, naming target: Hash128) {
        guard let list = listOfTarget[target] else { return }
        lists[Int(list)].remove(queue)
        guard lists[Int(list)].isEmpty else { return }
        listOfTarget.remove(target)
        freeLists.append(list)
    }
}
