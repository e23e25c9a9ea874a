import BrokerProtocol
import Bytes

/// Where a request turns: to the broker, or to the node's own paths.
public struct RequestDoor {
    private var decoder: ActionDecoder
    private let offersReset: Bool

    /// The door of a node whose protocol is configured like this.
    ///
    /// - Parameter offersReset: Whether `POST /reset` deletes everything.
    public init(configuration: ProtocolConfiguration, offersReset: Bool) {
        decoder = ActionDecoder(configuration: configuration)
        self.offersReset = offersReset
    }

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
        switch decoder.decode(request) {
        case .action(let decoded): return .perform(decoded)
        case .answer(let answer, let form): return .answer(answer, form)
        }
    }
}
