import BrokerCore
import Bytes

/// What AWS says when a signature is missing or not good.
enum SignatureRefusal {
    /// What a text repeats of a request is cut after this many bytes …
    static let shownByteCount = 256
    /// … and canonical requests that are longer are left out.
    static let canonicalByteCount = 4096

    static let missingToken = BrokerError(
        .missingAuthenticationToken, "Request is missing Authentication Token")

    static let invalidToken = BrokerError(
        .invalidClientTokenID, "The security token included in the request is invalid.")

    static let hostNotSigned = doesNotMatch(
        "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")

    static let bodyDiffers = doesNotMatch(
        "The provided 'x-amz-content-sha256' header does not match what was computed.")

    static let headersOutOfOrder = doesNotMatch(
        mismatch + " The names of the signed headers have to be in order, each once.")

    private static let mismatch =
        "The request signature we calculated does not match the signature you provided. Check your "
        + "AWS Secret Access Key and signing method. Consult the service documentation for details."

    static func accessDenied(to resource: String) -> BrokerError {
        BrokerError(.accessDenied, "Access to the resource \(resource) is denied.")
    }

    static func incomplete(_ text: String) -> BrokerError {
        BrokerError(.incompleteSignature, text)
    }

    static func doesNotMatch(_ text: String) -> BrokerError {
        BrokerError(.signatureDoesNotMatch, text)
    }

    static func unsupported(algorithm: ByteView) -> BrokerError {
        incomplete("Unsupported AWS 'algorithm': '\(shown(algorithm))'.")
    }

    /// A header or a parameter lacks parts, each told by a sentence.
    static func missing(_ sentences: [String], in fields: SignatureFields) -> BrokerError {
        let list = sentences.joined(separator: " ")
        switch fields.place {
        case .query: return incomplete("\(list) Re-examine the query-string parameters.")
        case .header(let header):
            return incomplete(
                "\(list) (Hashed with SHA-256 and encoded with Base64) "
                    + "Authorization=\(digest(header))")
        }
    }

    static func notAPair(in header: ByteView) -> BrokerError {
        incomplete(
            "Invalid key=value pair (missing equal-sign) in Authorization header (hashed with "
                + "SHA-256 and encoded with Base64): '\(digest(header))'.")
    }

    static func malformed(date: ByteView) -> BrokerError {
        incomplete(
            "Date must be in ISO-8601 'basic format'. Got '\(shown(date))'. See "
                + "http://en.wikipedia.org/wiki/ISO_8601")
    }

    static func malformed(credential: ByteView) -> BrokerError {
        incomplete(
            "Credential must have exactly 5 slash-delimited elements, e.g. "
                + "keyid/date/region/service/term, got '\(shown(credential))'")
    }

    static func expiresOutOfRange(_ limit: UInt64) -> BrokerError {
        incomplete("X-Amz-Expires must be a number of seconds from 1 to \(limit).")
    }

    static func expired(_ time: UInt64, now: UInt64, after window: String, start: UInt64)
        -> BrokerError
    {
        doesNotMatch(
            "Signature expired: \(text(time)) is now earlier than \(text(start)) (\(text(now)) - "
                + "\(window).)")
    }

    static func notYetCurrent(_ time: UInt64, now: UInt64, end: UInt64) -> BrokerError {
        doesNotMatch(
            "Signature not yet current: \(text(time)) is still later than \(text(end)) "
                + "(\(text(now)) + 15 min.)")
    }

    /// The signature is another one than the server computes.
    static func differs(canonical: ByteView, stringToSign: ByteView) -> BrokerError {
        var message = mismatch
        if canonical.count <= canonicalByteCount {
            message += """
                \n
                The Canonical String for this request should have been
                '\(canonical.string)'

                The String-to-Sign should have been
                '\(stringToSign.string)'

                """
        }
        return doesNotMatch(message)
    }

    /// The front of a text of the client's.
    static func shown(_ text: ByteView) -> String { text.prefix(shownByteCount).string }

    private static func text(_ milliseconds: UInt64) -> String {
        var writer = ByteWriter(capacity: 64)
        writer.append(basicCalendar: milliseconds)
        return writer.view.string
    }

    /// The SHA-256 of a header in base64: what was sent may be a secret of another scheme.
    private static func digest(_ header: ByteView) -> String {
        var writer = ByteWriter(capacity: 64)
        SHA256Digest(of: header).withView { writer.append(base64: $0) }
        return writer.view.string
    }
}
