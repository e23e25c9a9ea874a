import CLinux

/// How many messages the processor digests at a time.
enum MD5Width: CaseIterable {
    /// One, on every processor.
    case one
    /// Sixteen, with AVX2.
    case sixteen
    /// 32, with AVX-512.
    case thirtyTwo

    /// The widest that this processor has.
    static var widest: MD5Width { available.last ?? .one }

    /// All that this processor has.
    static var available: [MD5Width] {
        allCases.filter { $0.kind.rawValue <= apus_md5_best().rawValue }
    }

    /// The same for the C functions.
    var kind: apus_md5_kind {
        switch self {
        case .one: APUS_MD5_ALONE
        case .sixteen: APUS_MD5_AVX2
        case .thirtyTwo: APUS_MD5_AVX512
        }
    }
}
