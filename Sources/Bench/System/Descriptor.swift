import Glibc

/// An error of a system call: which call, and what the kernel said.
struct SystemError: Error, CustomStringConvertible {
    let call: String
    let number: Int32

    /// The error that the call which has just failed left in `errno`.
    init(_ call: String, number: Int32 = errno) {
        self.call = call
        self.number = number
    }

    /// What the kernel said, without the call.
    var reason: String {
        // Safe because strerror returns a terminated string for every number.
        unsafe String(cString: strerror(number))
    }

    var description: String {
        "\(call): \(reason)"
    }
}

/// A file descriptor that closes itself.
struct Descriptor: ~Copyable {
    let number: Int32

    init(_ number: Int32) {
        precondition(number >= 0, "a descriptor is not negative")
        self.number = number
    }

    deinit { _ = close(number) }
}
