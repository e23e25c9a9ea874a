import BrokerCore
import Bytes

/// What the decoder has to know of the server.
public struct ProtocolConfiguration: Sendable {
    /// The region of requests that name none.
    public var region = "us-east-1"
    /// The account of callers whose access key id is not one.
    public var account = AccountID.anonymous
    /// How queue URLs are written.
    public var queueURLStyle = QueueURLForm.Style.off
    /// Host and port in queue URLs for clients that sent no Host header.
    public var host = "localhost:4566"
    /// Whether this server speaks TLS itself, so that queue URLs begin with https.
    public var isSecure = false

    /// The defaults of the server.
    public init() {}
}

/// An action with all that is needed to perform and to answer it.
public struct DecodedAction: Sendable {
    /// What is asked. Its views point into the request.
    public var action: Action
    /// Who asks.
    public var caller: Caller
    /// How to answer.
    public var form: ResponseForm
}

/// What a request asks for.
public enum DecodedRequest: Sendable {
    /// Something for the broker.
    case action(DecodedAction)
    /// Nothing for the broker: encode the answer right away.
    case answer(DirectAnswer, form: ResponseForm)
}

/// An answer that needs no broker.
public enum DirectAnswer: Sendable {
    /// The request was refused.
    case refused(BrokerError)
    /// A browser may send what it asked about.
    case preflight
    /// A path without an action: 404 with `<UnknownOperationException/>`.
    case unknownOperation
}

/// Turns requests into actions, whichever protocol they speak. One per loop.
public struct ActionDecoder {
    let configuration: ProtocolConfiguration

    /// A decoder for a server of this configuration.
    public init(configuration: ProtocolConfiguration) { self.configuration = configuration }

    /// Decodes the action of `request`, undoing escapes in the request's own bytes: once only.
    public mutating func decode(_ request: Request) -> DecodedRequest {
        .answer(.unknownOperation, form: ResponseForm(answering: request))
    }
}
