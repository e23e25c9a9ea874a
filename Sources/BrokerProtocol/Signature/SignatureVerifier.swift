import BrokerCore
import Bytes

/// Checks signatures of requests by AWS's Signature Version 4. One per loop.
///
/// A request is read as it was sent: before its action is decoded, which changes its bytes. Nothing is
/// allocated for a request whose signature is good and whose key was used before.
public final class SignatureVerifier {
    /// How far the clock of who signs may be from ours, in milliseconds.
    static let tolerance: UInt64 = 15 * 60 * 1000
    /// The longest time for which a presigned URL can be used, in seconds: seven days.
    static let longestExpiry: UInt64 = 7 * 24 * 60 * 60

    private let credentials: Credentials
    private var keys = SigningKeys()
    private var canonical = CanonicalRequest()
    private var stringToSign = ByteWriter(capacity: 512)
    private var fields = SignatureFields(in: .query)
    /// When the request was signed, in the basic format of ISO 8601.
    private var date = ByteView()
    private var dateWriter = ByteWriter(capacity: 64)
    /// The date that was read last, as its text has it and in milliseconds since 1970.
    private var latest: (day: UInt64, time: UInt64, milliseconds: UInt64) = (0, 0, 0)

    /// A verifier for requests that are signed with one of these keys.
    public init(credentials: Credentials) { self.credentials = credentials }

    /// Finds out who has signed `request`.
    ///
    /// - Parameter wall: The wall clock in milliseconds since 1970.
    public func authenticate(_ request: Request, at wall: UInt64) -> Authentication {
        do throws(BrokerError) {
            try canonical.read(request)
            if !request.headers.authorization.isEmpty {
                fields = try SignatureFields(authorization: request.headers.authorization)
            } else {
                fields = canonical.presigned
                guard fields.isPresent else { return .missing }
            }
            return .signed(try verify(request, at: wall))
        } catch {
            return .refused(error)
        }
    }

    private func verify(_ request: Request, at wall: UInt64) throws(BrokerError) -> AccountID {
        try fields.checkComplete(hasDate: !sentDate.isEmpty)
        let time = try readTime()
        let place = try findKey(for: request)
        try checkTime(time, at: wall)
        guard keys.accepts(sessionToken: sessionToken, at: place) else {
            throw SignatureRefusal.invalidToken
        }
        try canonical.write(request, signedHeaders: fields.signedHeaders)
        stringToSign.removeAll()
        canonical.appendStringToSign(
            date: date, credential: fields.credential, to: &stringToSign)
        let signed = stringToSign.count
        keys.authenticate(stringToSign.view, with: place).withView { stringToSign.append(hex: $0) }
        let signature = stringToSign.view.dropFirst(signed)
        guard signature.isEqualInConstantTime(to: fields.signature) else {
            throw SignatureRefusal.differs(
                canonical: canonical.view, stringToSign: stringToSign.view.prefix(signed))
        }
        return keys.account(at: place)
    }

    // MARK: What the request says

    private var isPresigned: Bool {
        if case .query = fields.place { return true }
        return false
    }

    private var sentDate: ByteView {
        isPresigned ? fields.date : canonical.date
    }

    private var sessionToken: ByteView {
        isPresigned ? fields.securityToken : canonical.securityToken
    }

    // MARK: Key and time

    /// Reads when the request was signed, and writes that as signatures have it.
    private func readTime() throws(BrokerError) -> UInt64 {
        date = sentDate
        // Most requests are signed in the second of the one before.
        if date.count == 16, date.littleEndian(at: 0) == latest.day,
            date.littleEndian(at: 8) == latest.time
        {
            return latest.milliseconds
        }
        if let time = SignatureTime.basic(date) {
            latest = (date.littleEndian(at: 0), date.littleEndian(at: 8), time)
            return time
        }
        guard let time = SignatureTime.http(date) else {
            throw SignatureRefusal.malformed(date: date)
        }
        dateWriter.removeAll()
        dateWriter.append(basicCalendar: time)
        date = dateWriter.view
        return time
    }

    /// The place of the key for the request's credential, which is derived when it is new.
    private func findKey(for request: Request) throws(BrokerError) -> Int {
        if let place = keys.place(of: fields.credential), isDay(of: fields.credential),
            keys.service(at: place) == .sqs || !request.isJSON
        {
            return place
        }
        guard let scope = SignedScope(fields.credential) else {
            throw SignatureRefusal.malformed(credential: fields.credential)
        }
        var faults = scope.faults { SignatureVerifier.service(of: request) }
        if faults.isEmpty, request.isJSON, scope.service.is("sns") {
            faults.append(SignedScope.wrongService(.sqs))
        }
        if !(scope.date == date.prefix(8)) {
            faults.append(
                "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date "
                    + "from HTTP: '\(SignatureRefusal.shown(scope.date))' != "
                    + "'\(date.prefix(8).string)', from '\(date.string)'.")
        }
        guard faults.isEmpty else {
            throw SignatureRefusal.doesNotMatch(faults.joined(separator: " "))
        }
        guard let accessKey = credentials.key(scope.keyID) else {
            throw SignatureRefusal.invalidToken
        }
        return keys.place(of: fields.credential)
            ?? keys.derive(
                fields.credential, scope, service: scope.service.is("sns") ? .sns : .sqs,
                from: accessKey)
    }

    /// Whether the scope of `credential` is of the day on which the request was signed.
    private func isDay(of credential: ByteView) -> Bool {
        guard let slash = credential.firstIndex(of: Character.slash) else { return false }
        return credential.dropFirst(slash + 1).prefix(8) == date.prefix(8)
    }

    private func checkTime(_ time: UInt64, at wall: UInt64) throws(BrokerError) {
        let tolerance = SignatureVerifier.tolerance
        guard time <= wall + tolerance else {
            throw SignatureRefusal.notYetCurrent(time, now: wall, end: wall + tolerance)
        }
        var window = tolerance
        var name = "15 min"
        if isPresigned, !fields.expires.isEmpty {
            let limit = SignatureVerifier.longestExpiry
            guard let seconds = fields.expires.decimalNumber.map({ UInt64($0) }), seconds > 0,
                seconds <= limit
            else { throw SignatureRefusal.expiresOutOfRange(limit) }
            window = seconds * 1000
            name = "\(seconds) sec"
        }
        guard time + window >= wall else {
            throw SignatureRefusal.expired(time, now: wall, after: name, start: wall - window)
        }
    }

    /// The service that a request with another service in its scope is for.
    private static func service(of request: Request) -> Service {
        if request.isJSON { return .sqs }
        let isTopic =
            request.query.view.firstIndex(of: "Version=2010-03-31") != nil
            || request.body.view.firstIndex(of: "Version=2010-03-31") != nil
            || request.headers.host.hasPrefix(lowercase: "sns.")
        return isTopic ? .sns : .sqs
    }
}
