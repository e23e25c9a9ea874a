import Glibc

/// What libFuzzer calls: its `main` is linked to the library that these targets are built into.
private let target: FuzzTarget = {
    // Safe because the environment is read once, before any thread is started.
    guard let text = unsafe getenv("APUS_FUZZ_TARGET"),
        let target = FuzzTarget.named(unsafe String(cString: text))
    else {
        preconditionFailure("APUS_FUZZ_TARGET names a target")
    }
    return target
}()

/// Runs the target on one input.
@c(LLVMFuzzerTestOneInput)
public func fuzzerTestOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    // Safe because libFuzzer keeps `count` bytes in place until this returns.
    target.run(unsafe [UInt8](UnsafeBufferPointer(start: start, count: count)))
    return 0
}
