import BrokerCore
import Bytes

/// A request in the spelling that signatures are made of. Kept between requests for its memory.
struct CanonicalRequest: ~Copyable {
    /// More signed headers than a request can have.
    private static let headerLimit = 128

    private var query = CanonicalQuery()
    private var lines = HeaderLines()
    private var writer = ByteWriter(capacity: 2048)

    /// The canonical request that was written last.
    var view: ByteView { writer.view }

    /// The parts of a signature among the parameters of the request that was read last.
    var presigned: SignatureFields { query.fields }

    /// When the request says that it was made: `X-Amz-Date`, else `Date`.
    var date: ByteView { lines.signingDate ?? lines.date ?? ByteView() }

    /// `X-Amz-Security-Token`.
    var securityToken: ByteView { lines.securityToken ?? ByteView() }

    /// Reads the parameters and headers of `request`.
    mutating func read(_ request: Request) throws(BrokerError) {
        try query.read(request.query.view)
        lines.read(request.headerBytes)
    }

    /// Writes the request that was read, with these headers: names with semicolons between.
    mutating func write(_ request: Request, signedHeaders: ByteView) throws(BrokerError) {
        let digest = request.bodyDigest ?? SHA256Digest(of: request.body.view)
        writer.removeAll()
        writer.append(request.method.name)
        writer.append(Character.lineFeed)
        CanonicalPath.append(request.path, to: &writer)
        writer.append(Character.lineFeed)
        query.append(to: &writer)
        writer.append(Character.lineFeed)
        try writeHeaders(signedHeaders)
        writer.append(Character.lineFeed)
        writer.append(signedHeaders)
        writer.append(Character.lineFeed)
        let digestStart = writer.count
        digest.withView { writer.append(hex: $0) }
        if let claimed = lines.bodyDigest,
            !(claimed == writer.view.dropFirst(digestStart))
        {
            throw SignatureRefusal.bodyDiffers
        }
    }

    /// Appends the signed headers, whose names have to be in order, so that none stands twice.
    private mutating func writeHeaders(_ names: ByteView) throws(BrokerError) {
        var hasHost = false
        var count = 0
        var last = ByteView()
        var rest = names
        while !rest.isEmpty {
            let end = rest.firstIndex(of: Character.semicolon) ?? rest.count
            let name = rest.prefix(end)
            rest = rest.dropFirst(end + 1)
            guard last.precedes(name), count < Self.headerLimit else {
                throw SignatureRefusal.headersOutOfOrder
            }
            if name.is("host") { hasHost = true }
            lines.append(name, to: &writer)
            last = name
            count += 1
        }
        guard hasHost else { throw SignatureRefusal.hostNotSigned }
    }

    /// Appends what is signed of the canonical request.
    ///
    /// - Parameters:
    ///   - date: When it was signed, in the basic format of ISO 8601.
    ///   - credential: The key and its scope.
    func appendStringToSign(
        date: ByteView, credential: ByteView, to text: inout ByteWriter
    ) {
        let slash = credential.firstIndex(of: Character.slash) ?? 0
        text.append("AWS4-HMAC-SHA256\n")
        text.append(date)
        text.append(Character.lineFeed)
        text.append(credential.dropFirst(slash + 1))
        text.append(Character.lineFeed)
        SHA256Digest(of: view).withView { text.append(hex: $0) }
    }
}

extension Request.Method {
    /// As it stands in a request line.
    fileprivate var name: StaticString {
        switch self {
        case .get: "GET"
        case .head: "HEAD"
        case .post: "POST"
        case .options: "OPTIONS"
        }
    }
}
