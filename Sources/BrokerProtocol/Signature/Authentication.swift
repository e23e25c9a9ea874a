import BrokerCore
import Bytes

/// What is known of who sent a request.
public enum Authentication: Sendable {
    /// This server does not ask: what a request says of its sender is believed.
    case off
    /// The request carries no signature.
    case missing
    /// A key of this account has signed the request.
    case signed(AccountID)
    /// The request carries a signature that is not good.
    case refused(BrokerError)

    /// Refuses whoever may not ask `service` for `action`.
    ///
    /// - Parameter resource: Where the request went, as the text of SQS has it.
    func check(
        _ service: Service, action: ByteView, resource: () -> String
    ) throws(BrokerError) {
        switch self {
        case .off, .signed: return
        case .refused(let error): throw error
        case .missing:
            switch service {
            case .sqs: throw SignatureRefusal.accessDenied(to: resource())
            case .sns:
                // The links in notifications lead here; the broker knows which of them suffice.
                if action.is("ConfirmSubscription") || action.is("Unsubscribe") { return }
                throw SignatureRefusal.missingToken
            }
        }
    }
}
