import BrokerCore
import BrokerProtocol
import Bytes

/// How many operations are in a tick, between two readings of the clock.
private let operationsPerTick = 64

/// Bytes of requests become actions.
final class Decoding: Subject {
    private let request: ByteCopy
    private let space: ByteCopy
    private var head = RequestDecoder()
    private var decoder = ActionDecoder(configuration: ProtocolConfiguration())

    init(_ request: [UInt8]) {
        self.request = request.withByteView { ByteCopy($0) }
        space = request.withByteView { ByteCopy($0) }
    }

    func prepare(_ count: Int) {}

    func run(_ count: Int) throws {
        for _ in 0..<count {
            // Decoding undoes escapes in place, so each time needs the bytes as they came.
            space.bytes.replaceFront(with: request.bytes.view)
            guard case .request(let request, _) = head.decode(space.bytes),
                case .action = decoder.decode(request)
            else { throw MicroError(description: "a request is refused") }
        }
    }
}

/// Actions are performed and recorded; digests of bodies have been computed before, as in a node.
final class Performing: Subject {
    private let operation: Operation
    private let world: CoreWorld
    private var copies: [ByteCopy] = []
    private var actions: [DecodedAction] = []
    private let digests = [UInt8](repeating: 7, count: 160).withByteView { ByteCopy($0) }

    init(_ operation: Operation) throws {
        self.operation = operation
        world = try CoreWorld()
        try operation.setUp(in: world)
    }

    var journalByteCount: UInt64 { world.journalByteCount }

    func prepare(_ count: Int) throws {
        actions.removeAll()
        copies = try operation.requests(count, after: world).map {
            $0.withByteView { ByteCopy($0) }
        }
        for copy in copies { actions.append(try world.decode(copy)) }
    }

    func run(_ count: Int) throws {
        let digest = digests.bytes.view.prefix(operation == .sendBatch ? 160 : 16)
        for index in 0..<count {
            if index % operationsPerTick == 0 { world.tick() }
            world.broker.bodyDigests = digest
            _ = try world.perform(actions[index])
        }
        world.broker.bodyDigests = ByteView()
    }
}

/// Outcomes become bytes.
final class Encoding: Subject {
    private let operation: Operation
    private let world: CoreWorld
    private let wire: ResponseForm.Wire
    private var answer: (outcome: Outcome, form: ResponseForm, request: ByteCopy)?
    private var writer = ByteWriter(capacity: 1 << 16)

    init(_ operation: Operation, as wire: ResponseForm.Wire) throws {
        self.operation = operation
        self.wire = wire
        world = try CoreWorld()
        try operation.setUp(in: world)
    }

    func prepare(_ count: Int) throws {
        let request = try operation.requests(1, after: world)[0]
        let copy = request.withByteView { ByteCopy($0) }
        var decoded = try world.decode(copy)
        decoded.form.wire = wire
        answer = (try world.perform(decoded), decoded.form, copy)
    }

    func run(_ count: Int) {
        guard let answer else { preconditionFailure("a round has been made ready") }
        for _ in 0..<count {
            writer.removeAll()
            world.encode(answer.outcome, form: answer.form, into: &writer)
        }
    }
}
