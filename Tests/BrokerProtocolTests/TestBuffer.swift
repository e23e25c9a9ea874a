import BrokerCore
import Bytes

@testable import BrokerProtocol

/// A receive buffer for tests. Its memory is never given back, because the views that a test looks
/// at outlive its last mention of the buffer.
@safe
final class TestBuffer {
    private let start: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private(set) var count = 0

    init(_ text: String, capacity: Int = 0) {
        self.capacity = max(capacity, text.utf8.count, 1)
        unsafe start = .allocate(capacity: self.capacity)
        append(Array(text.utf8)[...])
    }

    func append(_ bytes: ArraySlice<UInt8>) {
        precondition(count + bytes.count <= capacity)
        for byte in bytes {
            unsafe start[count] = byte
            count += 1
        }
    }

    var bytes: MutableByteView { unsafe MutableByteView(unsafeStart: start, count: count) }
}

extension TestBuffer {
    /// The request that the whole buffer is, or the refusal.
    func decodeRequest(limits: HTTPLimits = HTTPLimits()) throws -> Request {
        var decoder = RequestDecoder(limits: limits)
        switch decoder.decode(bytes) {
        case .request(let request, _): return request
        case .refused(let refusal): throw refusal
        case .incomplete, .digesting: throw Incomplete()
        }
    }

    struct Incomplete: Error {}

    /// What the request in the buffer asks for.
    func decode(_ configuration: ProtocolConfiguration = .init()) throws -> DecodedRequest {
        var decoder = ActionDecoder(configuration: configuration)
        return decoder.decode(try decodeRequest())
    }

    /// The action in the buffer; a refusal is thrown.
    func decodeAction(_ configuration: ProtocolConfiguration = .init()) throws -> DecodedAction {
        switch try decode(configuration) {
        case .action(let action): return action
        case .answer(.refused(let error), _): throw error
        case .answer: throw Incomplete()
        }
    }

    /// A JSON request for `action`.
    static func json(
        _ action: String, _ body: String, path: String = "/", headers: String = ""
    ) -> TestBuffer {
        TestBuffer(
            """
            POST \(path) HTTP/1.1\r
            Host: localhost:4566\r
            Content-Type: application/x-amz-json-1.0\r
            X-Amz-Target: AmazonSQS.\(action)\r
            Content-Length: \(body.utf8.count)\r
            \(headers)\r
            \(body)
            """)
    }

    /// A form request of the query protocol.
    static func form(_ body: String, path: String = "/", headers: String = "") -> TestBuffer {
        TestBuffer(
            """
            POST \(path) HTTP/1.1\r
            Host: localhost:4566\r
            Content-Type: application/x-www-form-urlencoded\r
            Content-Length: \(body.utf8.count)\r
            \(headers)\r
            \(body)
            """)
    }
}

/// A seeded generator (SplitMix64), so that a failure can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
