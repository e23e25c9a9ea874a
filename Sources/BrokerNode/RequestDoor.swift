import BrokerProtocol
import Bytes

/// Where a request turns: to the broker, or to the node's own paths.
public struct RequestDoor {
    private var decoder: ActionDecoder
    private let offersReset: Bool
    private let verifier: SignatureVerifier?
    /// The wall clock in milliseconds since 1970, read once a turn.
    var wallClock: UInt64 = 0

    /// The door of a node whose protocol is configured like this.
    ///
    /// - Parameters:
    ///   - offersReset: Whether `POST /reset` deletes everything.
    ///   - verifier: Checks the signatures of requests; nil when they are not checked. Of this
    ///     door's loop alone.
    public init(
        configuration: ProtocolConfiguration, offersReset: Bool, verifier: SignatureVerifier? = nil
    ) {
        self.verifier = verifier
        decoder = ActionDecoder(configuration: configuration)
        self.offersReset = offersReset
    }

    /// Whether signatures are checked, for which bodies are digested.
    var checksSignatures: Bool { verifier != nil }

    /// What `request` asks of the shard.
    mutating func ask(_ request: Request) -> Command.Ask {
        switch request.method {
        case .get, .head:
            if request.path == ByteView("/health") {
                return .reportHealth(ResponseForm(answering: request))
            }
            if request.path == ByteView("/metrics") {
                return .reportMetrics(ResponseForm(answering: request))
            }
        case .post:
            if offersReset, request.path == ByteView("/reset") {
                return .reset(ResponseForm(answering: request))
            }
        case .options:
            break
        }
        let authentication = verifier?.authenticate(request, at: wallClock) ?? .off
        switch decoder.decode(request, by: authentication) {
        case .action(let decoded): return .perform(decoded)
        case .answer(let answer, let form): return .answer(answer, form)
        }
    }
}
