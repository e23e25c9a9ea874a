import BrokerCore
import Bytes

/// The keys that signatures are made with, each derived once from a secret for a day, a region and a
/// service: four HMACs.
struct SigningKeys {
    private struct Entry {
        /// The credential of the requests that are signed with it.
        let credential: [UInt8]
        let account: AccountID
        let sessionToken: [UInt8]
        let service: Service
        let key: HMACKey
    }

    /// As many as a thousand clients need in one region, or one in a thousand; some 400 KiB. The
    /// next one begins anew.
    private static let limit = 1024

    /// Places in `entries` by what a credential hashes to. The hash needs no secret: only
    /// credentials with known keys get in, and each is compared.
    private let places = HashIndex()
    private var entries: [Entry] = []
    private var latest = 0

    /// How many keys are kept.
    var count: Int { entries.count }

    /// The place of the key for `credential`; nil when it has not been derived.
    mutating func place(of credential: ByteView) -> Int? {
        // Most requests are signed with the key of the one before.
        if latest < entries.count, isEntry(latest, of: credential) { return latest }
        guard let place = places[SigningKeys.hash(credential)].map(Int.init),
            isEntry(place, of: credential)
        else { return nil }
        latest = place
        return place
    }

    /// Whose requests are signed with the key at `place`.
    func account(at place: Int) -> AccountID { entries[place].account }

    /// The service that the key at `place` is for.
    func service(at place: Int) -> Service { entries[place].service }

    /// Whether `token` is the session token of the key at `place`; empty for one that has none.
    func accepts(sessionToken token: ByteView, at place: Int) -> Bool {
        entries[place].sessionToken.withByteView { $0.isEqualInConstantTime(to: token) }
    }

    /// The HMAC of `text` under the key at `place`.
    func authenticate(_ text: ByteView, with place: Int) -> SHA256Digest {
        entries[place].key.authenticate(text)
    }

    /// Derives the key for `credential`, whose parts are those of `scope`, and returns its place.
    mutating func derive(
        _ credential: ByteView, _ scope: SignedScope, service: Service, from accessKey: AccessKey
    ) -> Int {
        if entries.count == SigningKeys.limit {
            entries.removeAll(keepingCapacity: true)
            places.removeAll()
        }
        let place = entries.count
        entries.append(
            Entry(
                credential: credential.array, account: accessKey.account,
                sessionToken: [UInt8]((accessKey.sessionToken ?? "").utf8), service: service,
                key: SigningKeys.key(accessKey.secret, scope)))
        let hash = SigningKeys.hash(credential)
        _ = places.remove(hash)
        places.insert(hash, UInt32(place))
        latest = place
        return place
    }

    private func isEntry(_ place: Int, of credential: ByteView) -> Bool {
        entries[place].credential.withByteView { $0 == credential }
    }

    private static func hash(_ credential: ByteView) -> Hash128 {
        SipHash.hash128(credential, SipKey(k0: 0, k1: 0))
    }

    private static func key(_ secret: String, _ scope: SignedScope) -> HMACKey {
        var digest = "AWS4\(secret)".withByteView { SHA256Digest.hmac(scope.date, key: $0) }
        for word in [scope.region, scope.service, "aws4_request"] {
            digest = digest.withView { SHA256Digest.hmac(word, key: $0) }
        }
        return digest.withView { HMACKey($0) }
    }
}

extension ByteView {
    /// Whether the bytes are the same, in a time that does not tell where they differ.
    func isEqualInConstantTime(to other: ByteView) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt64 = 0
        var index = 0
        while count - index >= 8 {
            difference |= littleEndian(at: index) ^ other.littleEndian(at: index)
            index += 8
        }
        while index < count {
            difference |= UInt64(self[index] ^ other[index])
            index += 1
        }
        return difference == 0
    }
}
