import Bytes
import Glibc
import Synchronization

@testable import Bench

/// A server in a thread of its own that answers every request alike, some of them late.
final class FixedServer: Sendable {
    let port: UInt16
    private let listener: Int32
    private let answer: [UInt8]
    /// The number of the request that is answered 200 ms late.
    private let lateRequest: Int
    private let isStopping = Atomic(false)
    private let requests = Atomic(0)

    init(_ answer: String, lateRequest: Int = -1) throws {
        let listener = try Listener()
        port = listener.port
        // The thread's own number of the same socket, so that both may close theirs.
        self.listener = dup(listener.number)
        self.answer = Array(answer.utf8)
        self.lateRequest = lateRequest
        var thread = pthread_t()
        let held = unsafe Unmanaged.passRetained(self)
        // Safe because the thread takes over the reference that was just made.
        let result = unsafe pthread_create(
            &thread, nil,
            { held in
                let server = unsafe Unmanaged<FixedServer>.fromOpaque(held!).takeRetainedValue()
                server.serve()
                return nil
            }, held.toOpaque())
        precondition(result == 0, "a thread begins")
        pthread_detach(thread)
    }

    var endpoint: Endpoint { Endpoint(loopback: port) }
    var requestCount: Int { requests.load(ordering: .relaxed) }

    func stop() { isStopping.store(true, ordering: .relaxed) }

    private func serve() {
        var connections: [LoadConnection] = []
        while !isStopping.load(ordering: .relaxed) {
            let accepted = accept(listener, nil, nil)
            if accepted >= 0 {
                let socket = Socket(accepted: Descriptor(accepted))
                socket.makeNonBlocking()
                connections.append(LoadConnection(socket))
            }
            var isIdle = accepted < 0
            for connection in connections where answerRequest(connection) { isIdle = false }
            if isIdle { usleep(100) }
        }
        close(listener)
    }

    /// Answers the connection's request; false when there is none.
    private func answerRequest(_ connection: LoadConnection) -> Bool {
        do throws(SystemError) {
            guard try connection.socket.receive(into: connection.received) != nil,
                let request = Delivery(connection.received.view)
            else { return false }
            connection.received.consume(request.count)
            let number = requests.add(1, ordering: .relaxed).oldValue
            if number == lateRequest { usleep(200_000) }
            try answer.withByteView { view in
                Result { () throws(SystemError) in
                    _ = try connection.socket.send(view)
                }
            }.get()
            return true
        } catch {
            return false
        }
    }
}
