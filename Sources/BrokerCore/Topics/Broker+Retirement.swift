import Bytes

/// Receivers of which a gateway says that nothing reaches them any more.
extension Broker {
    /// Disables a device, which SetEndpointAttributes enables again, and notes that a phone has opted
    /// out with the owner of the topic that it is subscribed to.
    mutating func retire(
        _ delivery: DueDelivery, of topic: Topic?, at now: Moment, into sink: any RecordSink
    ) {
        switch delivery.protocolKind {
        case .application:
            guard let device = device(of: delivery.endpoint), device.isEnabled else { return }
            var image = DeviceImage(device)
            image.isEnabled = false
            change(to: image, at: now, into: sink)
        case .sms:
            guard let identity = topic?.identity else { return }
            optOut(
                phoneNumber: delivery.endpoint,
                of: Caller(account: identity.account, region: identity.region), at: now, into: sink)
        default: return
        }
    }
}
