import Bytes
import Glibc

/// Who signs requests.
struct Credentials: Equatable {
    var accessKey: String
    var secretKey: String
    var sessionToken: String?
}

/// Signs requests by AWS's Signature Version 4. The key of a day is derived once.
final class Signer {
    let credentials: Credentials
    let region: String
    let service: String
    /// The time of signatures, as `20150830T123600Z`.
    private(set) var date = ""
    /// Grows with each change of the date: who keeps something made from it looks here.
    private(set) var version = 0
    private var second: UInt64 = 0
    private var day = ""
    private var key = HMACKey("")
    private var canonical = ByteWriter(capacity: 1024)
    private var stringToSign = ByteWriter(capacity: 256)

    init(_ credentials: Credentials, region: String, service: String) {
        self.credentials = credentials
        self.region = region
        self.service = service
    }

    /// `20150830/us-east-1/sqs/aws4_request`
    var scope: String { "\(day)/\(region)/\(service)/aws4_request" }

    /// Takes the time from the system's clock.
    func refresh() { setTime(seconds: Clock.read(CLOCK_REALTIME) / 1_000_000_000) }

    /// Signs from now on with this time, in seconds since 1970.
    func setTime(seconds: UInt64) {
        guard seconds != second else { return }
        second = seconds
        version += 1
        var writer = ByteWriter()
        writer.append(calendar: seconds * 1000)
        // 2015-08-30T12:36:00.000Z without the marks and the milliseconds.
        let marked = writer.view.string
        date = marked.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z"
        let today = String(date.prefix(8))
        guard today != day else { return }
        day = today
        key = Signer.key(secret: credentials.secretKey, day: day, region: region, service: service)
    }

    /// The key of a day: four HMACs.
    private static func key(secret: String, day: String, region: String, service: String)
        -> HMACKey
    {
        var digest = "AWS4\(secret)".withByteView { secret in
            day.withByteView { SHA256Digest.hmac($0, key: secret) }
        }
        for word in [region, service, "aws4_request"] {
            digest = word.withByteView { word in
                digest.withView { SHA256Digest.hmac(word, key: $0) }
            }
        }
        return digest.withView { HMACKey($0) }
    }

    /// Appends the signature of a request without a query, in hexadecimal digits.
    ///
    /// - Parameters:
    ///   - headers: The signed headers, one `name:value` a line, in the order of their names.
    ///   - names: Their names with semicolons between.
    ///   - digest: The digest of the body.
    func appendSignature(
        method: StaticString = "POST", path: ByteView, headers: ByteView, names: ByteView,
        digest: SHA256Digest, to request: inout ByteWriter
    ) {
        canonical.removeAll()
        canonical.append(method)
        canonical.append("\n")
        canonical.append(path)
        canonical.append("\n\n")
        canonical.append(headers)
        canonical.append("\n")
        canonical.append(names)
        canonical.append("\n")
        digest.withView { canonical.append(hex: $0) }
        stringToSign.removeAll()
        stringToSign.append("AWS4-HMAC-SHA256\n")
        stringToSign.append(date)
        stringToSign.append("\n")
        stringToSign.append(scope)
        stringToSign.append("\n")
        SHA256Digest(of: canonical.view).withView { stringToSign.append(hex: $0) }
        key.authenticate(stringToSign.view).withView { request.append(hex: $0) }
    }
}
