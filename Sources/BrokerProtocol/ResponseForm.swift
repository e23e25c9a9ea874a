import BrokerCore
import Bytes

/// The identifier of one response: 128 random bits, shown as a UUID in `x-amzn-RequestId`.
public struct RequestID: Hashable, Sendable {
    /// The first eight bytes, big-endian.
    public var high: UInt64
    /// The last eight bytes, big-endian.
    public var low: UInt64

    /// The identifier of these 128 bits.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }
}

/// The services that share this endpoint.
public enum Service: Sendable {
    case sqs
    case sns
}

/// All that the encoder has to know of a request to answer it; holds no view into the request.
public struct ResponseForm: Sendable {
    /// The protocol the answer is written in.
    public enum Wire: Sendable {
        /// AWS JSON 1.0.
        case json
        /// The query protocol's XML.
        case query
        /// The XML document of the query protocol, rendered as JSON.
        case queryAsJSON
    }

    /// The protocol of the answer.
    public var wire: Wire = .json
    /// The service that answers.
    public var service: Service = .sqs
    /// The action of SQS asked for; nil when the request names none.
    public var action: ActionName?
    /// The action of SNS asked for; nil when the request names none.
    public var topicAction: TopicActionName?
    /// What happens to the connection after the answer; set `.closes` to close it.
    public var connection: Request.Connection = .stays
    /// Whether the head of the answer goes without its body (a HEAD request).
    public var omitsBody = false
    /// Whether a browser asked, so that the answer carries the headers that let its page read it.
    public var isCrossOrigin = false
    /// How queue URLs are written; nil for actions that answer without any.
    public var queueURLs: QueueURLForm?
    /// Which attributes a receive asked for.
    public var selection = AttributeSelection()

    /// The form of an answer to `request` that belongs to no action, such as a health report.
    public init(answering request: Request) {
        connection = request.connection
        omitsBody = request.method == .head
        isCrossOrigin = !request.headers.origin.isEmpty
    }

    init() {}
}

/// How the URL of a queue is written.
public struct QueueURLForm: Sendable {
    /// The forms offered by configuration. Every form is accepted in requests.
    public enum Style: String, CaseIterable, Sendable {
        /// `http://<host>:<port>/<account>/<name>`
        case off
        /// `http://<host>:<port>/queue/<region>/<account>/<name>`
        case path
        /// `http://<region>.queue.<host>:<port>/<account>/<name>`
        case domain
        /// `http://sqs.<region>.<host>:<port>/<account>/<name>`
        case standard
    }

    /// The form.
    public var style: Style
    /// `http` or `https`, as the client called.
    public var isSecure: Bool
    /// Host and port as the client called, without the service's or region's label before it.
    public var host: String
}
