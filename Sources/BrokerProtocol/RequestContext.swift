import BrokerCore
import Bytes

/// What a request tells besides its fields: who asks, in which name space, about which queue.
struct RequestContext {
    let request: Request
    let configuration: ProtocolConfiguration
    let caller: Caller
    /// The queue that the path names.
    let path: QueueLocation
    /// Whether the request carries credentials.
    let isSigned: Bool
    private let hostRegion: HostRegion

    /// - Parameter regionOfResource: The region of the resource that the request names; empty when it
    ///   names none.
    init(
        _ request: Request, scope: CredentialScope, _ authentication: Authentication,
        configuration: ProtocolConfiguration, regionOfResource: ByteView = ByteView()
    ) {
        self.request = request
        self.configuration = configuration
        path = QueueLocation(path: request.path)
        hostRegion = HostRegion(request.headers.host)
        let account: AccountID?
        switch authentication {
        case .signed(let signer):
            isSigned = true
            account = signer
        case .missing, .refused:
            isSigned = false
            account = nil
        case .off:
            isSigned = !scope.accessKeyID.isEmpty || !request.headers.authorization.isEmpty
            account = AccountID(scope.accessKeyID)
        }
        // The signature's region counts first: SDKs sign for the region they were set up with.
        var region = scope.region
        if !region.isRegion { region = hostRegion.region }
        if region.isEmpty { region = path.region }
        // A link of a notification is called without a signature.
        if region.isEmpty { region = regionOfResource }
        caller = Caller(
            account: account ?? configuration.account,
            region: region.isEmpty ? configuration.region : region.string)
    }

    /// Completes how the answer to action `name` is written.
    func prepare(_ form: inout ResponseForm, for name: ActionName) {
        form.action = name
        guard name.answersWithURLs else { return }
        let host = request.headers.host
        let isPlain = configuration.queueURLStyle == .off || configuration.queueURLStyle == .path
        let base = isPlain ? host : hostRegion.base
        form.queueURLs = QueueURLForm(
            style: configuration.queueURLStyle,
            isSecure: configuration.isSecure
                || request.headers.forwardedScheme.equals(lowercase: "https"),
            host: base.isEmpty ? configuration.host : base.string)
    }

    /// Puts together what is handed to the broker.
    func finish(_ action: Action, form: inout ResponseForm) -> DecodedAction {
        if case .receiveMessage(let receive) = action { form.selection = receive.selection }
        return DecodedAction(action: action, caller: caller, form: form)
    }

    /// Reads the fields of action `name`.
    func readAction(
        _ name: ActionName, from reader: inout some FieldReader
    ) throws(BrokerError) -> Action {
        switch name {
        case .sendMessage: return .sendMessage(try send(&reader))
        case .sendMessageBatch: return .sendMessageBatch(try sendBatch(&reader))
        case .receiveMessage: return .receiveMessage(try readQueued(&reader))
        case .deleteMessage: return .deleteMessage(try readQueued(&reader))
        case .deleteMessageBatch: return .deleteMessageBatch(try readQueued(&reader))
        case .changeMessageVisibility:
            return .changeMessageVisibility(try readQueued(&reader))
        case .changeMessageVisibilityBatch:
            return .changeMessageVisibilityBatch(try readQueued(&reader))
        case .addPermission: return .addPermission(try readQueued(&reader))
        case .cancelMessageMoveTask: return .cancelMessageMoveTask(try read(&reader))
        case .createQueue: return .createQueue(try read(&reader))
        case .deleteQueue: return .deleteQueue(try readQueued(&reader))
        case .getQueueAttributes: return .getQueueAttributes(try readQueued(&reader))
        case .getQueueURL: return .getQueueURL(try read(&reader))
        case .listDeadLetterSourceQueues:
            return .listDeadLetterSourceQueues(try readQueued(&reader))
        case .listMessageMoveTasks: return .listMessageMoveTasks(try read(&reader))
        case .listQueues: return .listQueues(try read(&reader))
        case .listQueueTags: return .listQueueTags(try readQueued(&reader))
        case .purgeQueue: return .purgeQueue(try readQueued(&reader))
        case .removePermission: return .removePermission(try readQueued(&reader))
        case .setQueueAttributes: return .setQueueAttributes(try readQueued(&reader))
        case .startMessageMoveTask: return .startMessageMoveTask(try read(&reader))
        case .tagQueue: return .tagQueue(try readQueued(&reader))
        case .untagQueue: return .untagQueue(try readQueued(&reader))
        }
    }

    private func send(
        _ reader: inout some FieldReader
    ) throws(BrokerError) -> SendMessage {
        var send: SendMessage = try readQueued(&reader)
        send.message.traceHeader = traceHeader
        return send
    }

    private func sendBatch(
        _ reader: inout some FieldReader
    ) throws(BrokerError) -> SendMessageBatch {
        var send: SendMessageBatch = try readQueued(&reader)
        if let traceHeader {
            for index in send.entries.indices {
                send.entries[index].message.traceHeader = traceHeader
            }
        }
        return send
    }

    var traceHeader: ByteView? {
        request.headers.traceID.isEmpty ? nil : request.headers.traceID
    }

    func read<Fields: ActionFields, Reader: FieldReader>(
        _ reader: inout Reader
    ) throws(BrokerError) -> Fields {
        var fields = Fields()
        try reader.readStructure { (reader: inout Reader, name) throws(BrokerError) in
            try fields.read(name, from: &reader)
        }
        return fields
    }

    private func readQueued<Fields: QueueActionFields, Reader: FieldReader>(
        _ reader: inout Reader
    ) throws(BrokerError) -> Fields {
        var fields = Fields()
        var url = ByteView()
        try reader.readStructure { (reader: inout Reader, name) throws(BrokerError) in
            if name.is("QueueUrl") {
                url = try reader.readText() ?? url
            } else {
                try fields.read(name, from: &reader)
            }
        }
        fields.queue = queue(url: url)
        return fields
    }

    /// The queue that the QueueUrl names, else the path; nil when neither does.
    private func queue(url: ByteView) -> QueueReference? {
        let location = url.isEmpty ? path : QueueLocation(url: url)
        guard !location.name.isEmpty || !url.isEmpty else { return nil }
        let region = location.region
        return QueueReference(
            account: location.account ?? caller.account,
            region: region.isEmpty ? caller.region : region.string, name: location.name)
    }
}
