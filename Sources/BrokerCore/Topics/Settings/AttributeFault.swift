/// What is wrong with an attribute of a topic or subscription.
///
/// The same fault reads differently where several attributes come together, as in CreateTopic and
/// Subscribe, and where one comes alone, as in SetTopicAttributes.
struct AttributeFault: Error, Equatable {
    /// What AWS says after "Invalid parameter: ".
    var text: String

    init(_ text: String) { self.text = text }

    /// The refusal of a request that sets this attribute alone.
    var alone: BrokerError { .invalidParameter(text) }

    /// The refusal of a request that sets this attribute among others.
    var amongOthers: BrokerError { .invalidParameter("Attributes Reason: \(text)") }

    /// A value that is neither true nor false, in whatever letter case.
    static func boolean(_ value: String, of name: String) throws(AttributeFault) -> Bool {
        switch value.lowercased() {
        case "true": return true
        case "false": return false
        default:
            throw AttributeFault("\(name): Invalid value [\(value)]. Must be true or false.")
        }
    }

    /// A value that has not at least six elements between colons, as an ARN has.
    static func arn(_ value: String, of name: String) throws(AttributeFault) {
        let count = value.split(separator: ":", omittingEmptySubsequences: false).count
        guard count >= 6 else {
            throw AttributeFault(
                "\(name) Reason: An ARN must have at least 6 elements, not \(count)")
        }
        guard value.utf8.count <= TopicLimits.arnBytes else {
            throw AttributeFault(
                "\(name) Reason: must be at most \(TopicLimits.arnBytes) bytes long")
        }
    }
}
