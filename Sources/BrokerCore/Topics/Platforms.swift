import Bytes

/// A platform application's full identity; its ARN is made from it.
struct PlatformIdentity: Hashable, Sendable {
    var account: AccountID
    var region: String
    /// `GCM`, `APNS` and so on.
    var platform: String
    var name: String

    /// `arn:aws:sns:<region>:<account>:app/<platform>/<name>`.
    var arn: String { "arn:aws:sns:\(region):\(account):app/\(platform)/\(name)" }
}

/// An application of a push service.
final class PlatformApplication {
    /// The application's number, never used twice.
    let number: UInt32
    let identity: PlatformIdentity
    /// All attributes as they were set, credentials among them.
    var attributes: [(name: String, value: String)]
    /// The numbers of its devices.
    var devices = SortedNumbers()
    /// Nobody finds its devices any more, though it takes a while until all are out of the catalog.
    var isDeleted = false
    /// The snapshot in whose midst it was deleted; 0 for none.
    var deletionEpoch: UInt32 = 0
    /// The snapshot that already holds this application's state; see `Broker+Snapshot`.
    var snapshotEpoch: UInt32 = 0

    /// Whether messages may go to its devices.
    var isEnabled: Bool { attributes.first { $0.name == "Enabled" }?.value != "false" }

    init(
        number: UInt32, identity: PlatformIdentity, attributes: [(name: String, value: String)]
    ) {
        self.number = number
        self.identity = identity
        self.attributes = attributes
    }
}

/// A device of a platform application: what AWS calls an endpoint.
final class PlatformEndpoint {
    /// The device's number, never used twice.
    let number: UInt32
    /// The last part of the ARN.
    let id: MessageID
    let platform: PlatformApplication
    /// By which the push service knows it; no two devices of an application have the same.
    var token: String
    var isEnabled: Bool
    var customUserData: String?
    /// The snapshot that already holds this device's state; see `Broker+Snapshot`.
    var snapshotEpoch: UInt32 = 0

    /// `arn:aws:sns:<region>:<account>:endpoint/<platform>/<name>/<id>`.
    var arn: String {
        let identity = platform.identity
        return "arn:aws:sns:\(identity.region):\(identity.account):endpoint/"
            + "\(identity.platform)/\(identity.name)/\(id.uuid)"
    }

    /// As GetEndpointAttributes shows them.
    var attributes: [(name: String, value: String)] {
        var list = [(name: "Enabled", value: String(isEnabled)), (name: "Token", value: token)]
        if let customUserData { list.append((name: "CustomUserData", value: customUserData)) }
        return list
    }

    init(
        number: UInt32, id: MessageID, platform: PlatformApplication, token: String,
        isEnabled: Bool, customUserData: String?
    ) {
        self.number = number
        self.id = id
        self.platform = platform
        self.token = token
        self.isEnabled = isEnabled
        self.customUserData = customUserData
    }
}
