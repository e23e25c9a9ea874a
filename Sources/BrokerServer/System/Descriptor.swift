import Glibc

/// A file descriptor that closes itself.
struct Descriptor: ~Copyable {
    /// The number Linux knows it by.
    let number: Int32

    /// Owns `number`, which the call `call` returned; throws when that call failed.
    init(_ number: Int32, from call: String) throws(SystemError) {
        guard number >= 0 else { throw SystemError(call) }
        self.number = number
    }

    deinit { close(number) }

    /// Repeats `call` while signals interrupt it.
    static func retrying<Value: SignedInteger>(_ call: () -> Value) -> Value {
        while true {
            let result = call()
            if result >= 0 || errno != EINTR { return result }
        }
    }
}
