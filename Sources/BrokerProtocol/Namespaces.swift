import BrokerCore
import Bytes

/// The credential scope of a request: who signed it, for which region and service.
struct CredentialScope {
    var accessKeyID = ByteView()
    var region = ByteView()
    var service = ByteView()

    /// No scope: an unsigned request.
    init() {}

    /// Reads `<key>/<date>/<region>/<service>/aws4_request`, or the same without a region as
    /// asymmetric signatures have it. What is missing stays empty.
    init(scope: ByteView) {
        var parts = PathParts(scope)
        accessKeyID = parts.next() ?? ByteView()
        _ = parts.next()
        let third = parts.next() ?? ByteView()
        let fourth = parts.next() ?? ByteView()
        if fourth.is("aws4_request") {
            service = third
        } else {
            region = third
            service = fourth
        }
    }

    /// Reads the `Credential` of an Authorization header.
    init(authorization: ByteView) {
        guard let mark = authorization.firstIndex(of: "Credential=") else {
            self.init()
            return
        }
        let scope = authorization.dropFirst(mark + 11)
        let comma = scope.firstIndex(of: Character.comma) ?? scope.count
        let end = scope.prefix(comma).firstIndex(of: Character.space) ?? comma
        self.init(scope: scope[0..<end])
    }
}

/// The parts of a text between slashes, front to back.
struct PathParts {
    private let text: ByteView
    private var from = 0

    init(_ text: ByteView) { self.text = text }

    mutating func next() -> ByteView? {
        guard from <= text.count else { return nil }
        let end = text.firstIndex(of: Character.slash, from: from) ?? text.count
        defer { from = end + 1 }
        return text[from..<end]
    }
}

/// A queue as a URL, a path or a bare name tells it.
struct QueueLocation {
    /// The owner, if told.
    var account: AccountID?
    /// The region; empty if not told.
    var region = ByteView()
    /// The name; empty when there is none.
    var name = ByteView()

    /// Reads any form of queue URL, with any host; or a bare name.
    init(url: ByteView) {
        guard let scheme = url.firstIndex(of: "://") else {
            self.init(path: url)
            return
        }
        let rest = url.dropFirst(scheme + 3)
        let slash = rest.firstIndex(of: Character.slash) ?? rest.count
        self.init(path: rest.dropFirst(slash))
        if region.isEmpty { region = HostRegion(rest.prefix(slash)).region }
    }

    /// Reads `/<account>/<name>`, `/queue/<region>/<account>/<name>` or `<name>`; a slash at the end
    /// is no part of it.
    init(path: ByteView) {
        var end = path.count
        while end > 0, path[end - 1] == Character.slash { end -= 1 }
        let text = path[0..<end]
        guard let nameSlash = text.lastIndex(of: Character.slash) else {
            name = text
            return
        }
        name = text.dropFirst(nameSlash + 1)
        let owner = text[0..<nameSlash]
        let ownerSlash = owner.lastIndex(of: Character.slash) ?? -1
        account = AccountID(owner.dropFirst(ownerSlash + 1))
        guard account != nil, ownerSlash > 0 else { return }
        let prefix = owner[0..<ownerSlash]
        let regionSlash = prefix.lastIndex(of: Character.slash) ?? -1
        let label = prefix.dropFirst(regionSlash + 1)
        let before = prefix.prefix(max(regionSlash, 0))
        let isQueuePath = before.is("queue") || before.hasSuffix("/queue")
        if isQueuePath, label.isRegion { region = label }
    }

    /// Whether the path is one of a queue: it names owner and queue.
    var isComplete: Bool { account != nil && !name.isEmpty }
}

/// What a host name tells of the region, and the host without it.
struct HostRegion {
    /// The region; empty if not told.
    var region = ByteView()
    /// Host and port without the labels of service and region.
    var base: ByteView

    /// Reads `sqs.<region>.<base>`, `<region>.queue.<base>` or `queue.<base>`, which is us-east-1.
    init(_ host: ByteView) {
        base = host
        guard let dot = host.firstIndex(of: Character.dot) else { return }
        let first = host[0..<dot]
        let rest = host.dropFirst(dot + 1)
        if first.is("queue") {
            region = "us-east-1"
            base = rest
            return
        }
        guard let nextDot = rest.firstIndex(of: Character.dot) else { return }
        let second = rest[0..<nextDot]
        if first.is("sqs") || first.is("sqs-fips") || first.is("sns"), second.looksLikeRegion {
            region = second
            base = rest.dropFirst(nextDot + 1)
        } else if second.is("queue"), first.isRegion {
            region = first
            base = rest.dropFirst(nextDot + 1)
        }
    }
}

extension ByteView {
    /// Whether the bytes end with those of the literal.
    func hasSuffix(_ text: StaticString) -> Bool {
        let length = text.utf8CodeUnitCount
        return count >= length && dropFirst(count - length).is(text)
    }

    /// The region of an ARN, `arn:<partition>:<service>:<region>:…`; empty when this is none.
    var regionOfARN: ByteView {
        guard hasPrefix("arn:"), let partitionEnd = firstIndex(of: Character.colon, from: 4),
            let start = firstIndex(of: Character.colon, from: partitionEnd + 1),
            let end = firstIndex(of: Character.colon, from: start + 1)
        else { return ByteView() }
        let region = self[start + 1..<end]
        return region.isRegion ? region : ByteView()
    }

    /// Whether these may name a region: 1 to 32 lower-case letters, digits and hyphens.
    var isRegion: Bool {
        guard count >= 1, count <= 32 else { return false }
        for index in 0..<count {
            switch self[index] {
            case 0x61...0x7A, 0x30...0x39, 0x2D: continue
            default: return false
            }
        }
        return true
    }

    /// Whether these look like one of AWS's regions: two hyphens and a digit at the end. A host
    /// label is taken for a region only then, because it could be anything else.
    var looksLikeRegion: Bool {
        guard isRegion, self[count - 1] >= 0x30, self[count - 1] <= 0x39 else { return false }
        guard let hyphen = firstIndex(of: 0x2D) else { return false }
        return firstIndex(of: 0x2D, from: hyphen + 1) != nil
    }
}
