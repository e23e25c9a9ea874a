import Glibc

/// What Linux answered when it refused a call.
struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The call, such as `bind`.
    let call: String
    /// The number that the call left in `errno`.
    let code: Int32

    /// The refusal of `call`, explained by the current `errno`.
    init(_ call: String) {
        self.call = call
        code = errno
    }

    /// A refusal of `call` with a known number.
    init(_ call: String, code: Int32) {
        self.call = call
        self.code = code
    }

    var description: String {
        // Safe because strerror returns text that stays valid until this thread's next call.
        let reason = unsafe String(cString: strerror(code))
        return "\(call): \(reason)"
    }
}
