import Bytes

/// The place where the next page of a listing begins.
///
/// Opaque to clients: base64 of the kind of listing and the last name shown. A listing in the
/// order of names goes on after that name, whatever was created or deleted meanwhile.
public enum PageToken {
    /// The listings that come in pages.
    public enum Listing: String, Sendable {
        case queues
        case deadLetterSourceQueues
        case topics
        case subscriptions
        case subscriptionsOfTopic
        case platformApplications
        case platformEndpoints
        case optedOutPhoneNumbers
        case sandboxPhoneNumbers
    }

    /// The token of the page after `name`.
    public static func encode(after name: String, in listing: Listing) -> String {
        Base64Text.encode("\(listing.rawValue):\(name)")
    }

    /// The name after which the page of `token` begins.
    public static func decode(
        _ token: String, in listing: Listing
    ) throws(BrokerError) -> String {
        guard let name = name(of: token, in: listing) else {
            throw .invalidValue(
                token, parameter: "NextToken", reason: "Invalid or expired next token.")
        }
        return name
    }

    /// The name after which the page of a listing of SNS begins; nil for the first page.
    static func decodeIfPresent(
        _ token: String?, in listing: Listing
    ) throws(BrokerError) -> String? {
        guard let token, !token.isEmpty else { return nil }
        guard let name = name(of: token, in: listing) else {
            throw BrokerError(.invalidParameter, "Invalid parameter: NextToken")
        }
        return name
    }

    /// The number after which the page of a listing of SNS begins; 0 for the first page.
    static func decodeNumber(
        _ token: String?, in listing: Listing
    ) throws(BrokerError) -> UInt32 {
        guard let text = try decodeIfPresent(token, in: listing) else { return 0 }
        guard let number = UInt32(text) else {
            throw BrokerError(.invalidParameter, "Invalid parameter: NextToken")
        }
        return number
    }

    private static func name(of token: String, in listing: Listing) -> String? {
        // Bytes, because a name may begin with what would join the colon to one character.
        let prefix = "\(listing.rawValue):".utf8
        guard let text = Base64Text.decode(token)?.utf8, text.starts(with: prefix),
            text.count > prefix.count
        else { return nil }
        return String(Substring(text.dropFirst(prefix.count)))
    }

    /// How many entries a page may have: `maxResults` when it is within its range, else all.
    public static func entryLimit(maxResults: Int?) throws(BrokerError) -> Int {
        guard let maxResults else { return QueueLimits.pageEntries.upperBound }
        guard QueueLimits.pageEntries.contains(maxResults) else {
            throw .invalidValue(
                String(maxResults), parameter: "MaxResults",
                reason: "Must be between 1 and 1000, if provided.")
        }
        return maxResults
    }
}
