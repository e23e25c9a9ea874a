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
    /// The certificate of this path is asked for. The node answers with it, when it has one of that
    /// name; by itself this is encoded as a path without an action.
    case certificate(path: String)
}

/// Turns requests into actions, whichever protocol they speak. One per loop.
public struct ActionDecoder {
    let configuration: ProtocolConfiguration
    /// Kept between requests for its memory.
    private var parameters = QueryParameters()

    /// A decoder for a server of this configuration.
    public init(configuration: ProtocolConfiguration) { self.configuration = configuration }

    /// Decodes the action of `request`, undoing escapes in the request's own bytes: once only.
    ///
    /// - Parameter authentication: What is known of who sent it.
    public mutating func decode(
        _ request: Request, by authentication: Authentication = .off
    ) -> DecodedRequest {
        var form = ResponseForm(answering: request)
        if request.method == .options { return .answer(.preflight, form: form) }
        if request.method != .post, NotificationLinks.isCertificatePath(request.path) {
            return .answer(.certificate(path: request.path.string), form: form)
        }
        do throws(BrokerError) {
            return request.isJSON
                ? try decodeJSON(request, by: authentication, form: &form)
                : try decodeQuery(request, by: authentication, form: &form)
        } catch {
            return .answer(.refused(error), form: form)
        }
    }

    private func decodeJSON(
        _ request: Request, by authentication: Authentication, form: inout ResponseForm
    ) throws(BrokerError) -> DecodedRequest {
        form.wire = .json
        let target = request.headers.target
        guard let dot = target.lastIndex(of: Character.dot) else {
            return .answer(.unknownOperation, form: form)
        }
        try authentication.check(.sqs, action: target.dropFirst(dot + 1)) { resource(of: request) }
        guard target.prefix(dot).is("AmazonSQS"), let name = ActionName(target.dropFirst(dot + 1))
        else {
            let name = target.string
            throw BrokerError(.invalidAction, "The operation \(name) is not known here.")
        }
        let scope = CredentialScope(authorization: request.headers.authorization)
        let context = RequestContext(
            request, scope: scope, authentication, configuration: configuration)
        context.prepare(&form, for: name)
        var reader = JSONFieldReader(request.body)
        let action = try context.readAction(name, from: &reader)
        try reader.finish()
        return .action(context.finish(action, form: &form))
    }

    private mutating func decodeQuery(
        _ request: Request, by authentication: Authentication, form: inout ResponseForm
    ) throws(BrokerError) -> DecodedRequest {
        form.wire =
            request.headers.accept.firstIndex(of: "application/json") == nil
            ? .query : .queryAsJSON
        parameters.removeAll()
        try parameters.append(request.query)
        try parameters.append(request.body)
        guard let actionName = parameters.value(of: "Action") else {
            return .answer(.unknownOperation, form: form)
        }
        var scope = CredentialScope(authorization: request.headers.authorization)
        if let signed = parameters.value(of: "X-Amz-Credential") {
            scope = CredentialScope(scope: signed)
        } else if let key = parameters.value(of: "AWSAccessKeyId") {
            scope.accessKeyID = key
        }
        if case .off = authentication {
            form.service = try service(of: actionName, scope, host: request.headers.host)
        } else {
            let found = try? service(of: actionName, scope, host: request.headers.host)
            form.service = found ?? .sqs
            try authentication.check(form.service, action: actionName) { resource(of: request) }
        }
        let region = form.service == .sns ? regionOfResource : ByteView()
        let context = RequestContext(
            request, scope: scope, authentication, configuration: configuration,
            regionOfResource: region)
        switch form.service {
        case .sqs: return try decodeQueueAction(actionName, context, form: &form)
        case .sns: return try decodeTopicAction(actionName, context, form: &form)
        }
    }

    private mutating func decodeQueueAction(
        _ actionName: ByteView, _ context: RequestContext, form: inout ResponseForm
    ) throws(BrokerError) -> DecodedRequest {
        guard let name = ActionName(actionName), !(name.isOfService && context.path.isComplete)
        else {
            throw BrokerError(
                .invalidAction, "The action \(actionName.string) is not valid for this endpoint.")
        }
        context.prepare(&form, for: name)
        parameters.sort()
        var reader = QueryFieldReader(parameters)
        let action = try context.readAction(name, from: &reader)
        return .action(context.finish(action, form: &form))
    }

    private mutating func decodeTopicAction(
        _ actionName: ByteView, _ context: RequestContext, form: inout ResponseForm
    ) throws(BrokerError) -> DecodedRequest {
        // An older way to ask for JSON, of SNS only.
        if parameters.value(of: "ContentType")?.is("JSON") == true { form.wire = .queryAsJSON }
        guard let name = TopicActionName(actionName) else {
            throw BrokerError(
                .invalidAction,
                "Could not find operation \(actionName.string) for version 2010-03-31")
        }
        context.prepare(&form, for: name)
        parameters.sort()
        var reader = QueryFieldReader(parameters)
        let action = try context.readAction(name, from: &reader)
        return .action(context.finish(.topic(action), form: &form))
    }

    /// Where a request went, for the text of its refusal.
    private func resource(of request: Request) -> String {
        let isSecure =
            configuration.isSecure || request.headers.forwardedScheme.equals(lowercase: "https")
        let host = request.headers.host
        let name = host.isEmpty ? configuration.host : SignatureRefusal.shown(host)
        let path = SignatureRefusal.shown(request.path)
        return "\(isSecure ? "https" : "http")://\(name)\(path)"
    }

    /// The region in the ARN of the topic or subscription that the parameters name; empty without.
    private var regionOfResource: ByteView {
        let arn = parameters.value(of: "TopicArn") ?? parameters.value(of: "SubscriptionArn")
        return arn?.regionOfARN ?? ByteView()
    }

    /// The service that a query request is for: by its signature, else its version, else its host,
    /// else by what the action's name can mean.
    private func service(
        of action: ByteView, _ scope: CredentialScope, host: ByteView
    ) throws(BrokerError) -> Service {
        if !scope.service.isEmpty {
            if scope.service.is("sqs") { return .sqs }
            if scope.service.is("sns") { return .sns }
            throw BrokerError(
                .invalidAction,
                "The service \(scope.service.string) is not offered by this endpoint.")
        }
        if let version = parameters.value(of: "Version") {
            if version.is("2012-11-05") { return .sqs }
            if version.is("2010-03-31") { return .sns }
        }
        if host.hasPrefix(lowercase: "sqs.") { return .sqs }
        if host.hasPrefix(lowercase: "sns.") { return .sns }
        guard let name = ActionName(action) else {
            return TopicActionName(action) == nil ? .sqs : .sns
        }
        // Both services have these two.
        guard name == .addPermission || name == .removePermission else { return .sqs }
        return parameters.value(of: "TopicArn") == nil ? .sqs : .sns
    }
}
