import BrokerCore
import Bytes

/// The parts of a signature, as a request tells them; empty where it does not.
struct SignatureFields {
    /// Where they stand.
    enum Place {
        /// In this `Authorization` header.
        case header(ByteView)
        /// Among the parameters of the query string: a presigned URL.
        case query
    }

    let place: Place
    var algorithm = ByteView()
    var credential = ByteView()
    var signedHeaders = ByteView()
    var signature = ByteView()
    /// `X-Amz-Date`, `X-Amz-Expires` and `X-Amz-Security-Token` of a presigned URL.
    var date = ByteView()
    var expires = ByteView()
    var securityToken = ByteView()

    /// Parts that stand nowhere yet.
    init(in place: Place) { self.place = place }

    /// Reads `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`, in any order.
    init(authorization header: ByteView) throws(BrokerError) {
        place = .header(header)
        let space = header.firstIndex(of: Character.space) ?? header.count
        algorithm = header.prefix(space)
        guard algorithm.is("AWS4-HMAC-SHA256") || !algorithm.hasPrefix("AWS4-") else {
            throw SignatureRefusal.unsupported(algorithm: algorithm)
        }
        var rest = header.dropFirst(space + 1)
        while !rest.isEmpty {
            let comma = rest.firstIndex(of: Character.comma) ?? rest.count
            let pair = rest.prefix(comma).trimmed
            rest = rest.dropFirst(comma + 1)
            guard !pair.isEmpty else { continue }
            guard let equals = pair.firstIndex(of: Character.equals) else {
                throw SignatureRefusal.notAPair(in: header)
            }
            let name = pair.prefix(equals)
            let value = pair.dropFirst(equals + 1)
            if name.is("Credential") {
                credential = value
            } else if name.is("SignedHeaders") {
                signedHeaders = value
            } else if name.is("Signature") {
                signature = value
            }
        }
    }

    /// Takes a parameter of a query string, if it is one of a signature's; true when it is the
    /// signature itself, which nobody can sign.
    mutating func take(_ name: ByteView, _ value: ByteView) -> Bool {
        guard name.hasPrefix("X-Amz-") else { return false }
        switch name.count {
        case 10 where name.is("X-Amz-Date"): date = value
        case 13 where name.is("X-Amz-Expires"): expires = value
        case 15 where name.is("X-Amz-Algorithm"): algorithm = value
        case 15 where name.is("X-Amz-Signature"):
            signature = value
            return true
        case 16 where name.is("X-Amz-Credential"): credential = value
        case 19 where name.is("X-Amz-SignedHeaders"): signedHeaders = value
        case 20 where name.is("X-Amz-Security-Token"): securityToken = value
        default: break
        }
        return false
    }

    /// Whether there is any part that only a signature has.
    var isPresent: Bool {
        !algorithm.isEmpty || !credential.isEmpty || !signature.isEmpty || !signedHeaders.isEmpty
    }

    /// Refuses a signature of which a part is missing.
    func checkComplete(hasDate: Bool) throws(BrokerError) {
        if !credential.isEmpty, !signature.isEmpty, !signedHeaders.isEmpty, hasDate,
            algorithm.is("AWS4-HMAC-SHA256")
        {
            return
        }
        var missing: [String] = []
        switch place {
        case .header:
            for (name, value) in [
                ("Credential", credential), ("Signature", signature),
                ("SignedHeaders", signedHeaders),
            ] where value.isEmpty {
                missing.append("Authorization header requires '\(name)' parameter.")
            }
            if !hasDate {
                missing.append(
                    "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                        + "header.")
            }
        case .query:
            for (name, value) in [
                ("X-Amz-Algorithm", algorithm), ("X-Amz-Credential", credential),
                ("X-Amz-Signature", signature), ("X-Amz-SignedHeaders", signedHeaders),
                ("X-Amz-Date", date),
            ] where value.isEmpty {
                missing.append("AWS query-string parameters must include '\(name)'.")
            }
        }
        guard missing.isEmpty else { throw SignatureRefusal.missing(missing, in: self) }
        throw SignatureRefusal.unsupported(algorithm: algorithm)
    }
}
