import Bytes
public enum FilterPolicyScope: String, Sendable {
    case messageAttributes = "MessageAttributes"
    case messageBody = "MessageBody"
}
public final class FilterPolicy: Sendable {}
final class SubscriptionFilters {}
