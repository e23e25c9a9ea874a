import Bytes

/// What changes of the catalog set going.
extension Broker {
    /// A confirmation is owed to the endpoint of a subscription from now on.
    mutating func owe(
        confirmationOf subscription: Subscription, isUnsubscribe: Bool, at now: Moment
    ) {
        _ = owe(
            isUnsubscribe ? .unsubscribeConfirmation : .confirmation, to: subscription.number,
            at: now)
    }
}
