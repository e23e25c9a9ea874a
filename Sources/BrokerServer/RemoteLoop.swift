import BrokerNode

/// A further loop as the shard's thread sees it: what goes there is gathered and posted once a
/// tick.
final class RemoteLoop {
    /// Whether it was stopped and has nothing in progress any more.
    private(set) var isDrained = false

    private let deliveries: Mailbox<LoopDelivery>
    private var delivery = LoopDelivery()
    private var thread: Thread?

    /// Starts loop `number`, whose parcels go to `inbox`.
    ///
    /// - Parameters:
    ///   - gathers: Whether the loop leaves its processor to others while its requests are under way.
    ///   - makeNetwork: Opens the loop's listeners and watches the wake.
    init(
        number: Int, inbox: Mailbox<LoopParcel>, gathers: Bool,
        makeNetwork: (Wake) throws(ServeFailure) -> sending Network
    ) throws(ServeFailure) {
        let wake: Wake
        do throws(SystemError) { wake = try Wake() } catch { throw .system(error) }
        let deliveries = Mailbox<LoopDelivery>(wake: wake)
        self.deliveries = deliveries
        let network = try makeNetwork(wake)
        let loop = NetworkLoop(
            number: number, network: network, wake: wake, gathers: gathers,
            deliveries: deliveries, shard: inbox)
        do throws(SystemError) {
            thread = try Thread(name: "loop \(number)") { loop.run() }
        } catch {
            throw .system(error)
        }
    }

    /// Notes what a parcel tells of the loop; its requests and batches are the caller's.
    func take(_ parcel: LoopParcel) { if parcel.isDrained { isDrained = true } }

    /// Adds requests that were performed to what goes to the loop.
    func performed(_ batch: CommandBatch) { delivery.performed.append(batch) }

    /// Adds replies that may leave to what goes to the loop.
    func deliver(_ replies: ReplyBatch) { delivery.replies.append(replies) }

    /// Has the loop take no more connections and requests.
    func stop() { delivery.order = .stop }

    /// Posts what was gathered.
    func send() {
        guard !delivery.isEmpty else { return }
        deliveries.post(delivery)
        delivery = LoopDelivery()
    }

    /// Closes the loop's connections and waits until its thread has ended.
    func end() {
        delivery.order = .end
        send()
        thread.take()?.join()
    }
}
