import BrokerNode

/// A thread that has connections and no shard: it reads, decodes, digests and writes.
///
/// A turn: sleep until something happens → take in what the clients did and what the shard's thread
/// delivered → write replies → hand over the requests → end what has waited too long.
final class NetworkLoop {
    /// Batches kept for reuse, as many as are usually under way.
    private static let spareLimit = 4
    /// How long nobody else is served, at most, while a slow disk keeps requests under way.
    private static let gatheringMilliseconds: Int32 = 1

    private let number: Int
    private let network: Network
    private let wake: Wake
    private let gathers: Bool
    private let deliveries: Mailbox<LoopDelivery>
    private let shard: Mailbox<LoopParcel>
    private var spare: [CommandBatch] = []
    private var written: [ReplyBatch] = []
    /// Batches of requests that have not come back.
    private var underWay = 0
    private var isStopping = false
    private var isEnding = false
    private var saidDrained = false

    /// - Parameters:
    ///   - gathers: Whether to sleep while requests are under way, because the processor is wanted.
    ///   - deliveries: Where the shard's thread posts; signals `wake`.
    ///   - shard: Where the shard's thread looks.
    init(
        number: Int, network: Network, wake: Wake, gathers: Bool,
        deliveries: Mailbox<LoopDelivery>, shard: Mailbox<LoopParcel>
    ) {
        self.number = number
        self.network = network
        self.wake = wake
        self.gathers = gathers
        self.deliveries = deliveries
        self.shard = shard
    }

    /// Serves until it is told to end.
    func run() {
        while !isEnding {
            // What comes meanwhile could not be performed sooner, and is handed over together.
            if gathers, underWay > 0, !network.hasWork {
                wake.sleep(milliseconds: NetworkLoop.gatheringMilliseconds)
            }
            let now = network.wait(until: nil) { key, _ in
                if key == .wake { wake.clear() }
            }
            for delivery in deliveries.takeAll() { take(delivery, at: now) }
            network.write(at: now) { written.append($0) }
            handOver()
            network.expire(at: now)
        }
        network.table.closeAll()
    }

    private func take(_ delivery: LoopDelivery, at now: UInt64) {
        // First: what a reply leads to may need the bytes of the request to be gone.
        for batch in delivery.performed {
            network.table.performed(batch)
            batch.removeAll()
            underWay -= 1
            if spare.count < NetworkLoop.spareLimit { spare.append(batch) }
        }
        for batch in delivery.replies { network.deliver(batch) }
        switch delivery.order {
        case .stop:
            isStopping = true
            network.stop(at: now)
        case .end: isEnding = true
        case nil: break
        }
    }

    private func handOver() {
        var parcel = LoopParcel(loop: number)
        parcel.requests = network.takeRequests { spare.popLast() ?? CommandBatch() }
        if parcel.requests != nil { underWay += 1 }
        parcel.isDrained = isStopping && !saidDrained && network.table.count == 0 && underWay == 0
        // Written batches alone are not worth waking the shard.
        guard parcel.requests != nil || parcel.isDrained else { return }
        swap(&parcel.written, &written)
        saidDrained = parcel.isDrained
        shard.post(parcel)
    }
}
