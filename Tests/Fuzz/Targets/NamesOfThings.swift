import BrokerCore
import Bytes

@testable import BrokerProtocol

/// Names of queues in URLs, paths, hosts and ARNs, and the credential scope of signed requests: every
/// part is a part of the text, and what is written is read.
enum NamesOfThings {
    static func run(_ input: [UInt8]) {
        input.withByteView { text in
            let whole = input.text
            scopes(text)
            for location in [QueueLocation(url: text), QueueLocation(path: text)] {
                promise(location.name.firstIndex(of: 0x2F) == nil, "a name has no slash")
                promise(
                    location.region.isEmpty || location.region.isRegion, "a region looks like one")
                promise(location.name.isEmpty || isWithin(location.name, input), "a part of it")
                guard let account = location.account else { continue }
                promise(whole.contains(account.description), "an account is in the text")
            }
            let host = HostRegion(text)
            promise(host.region.isEmpty || host.region.isRegion, "a region looks like one")
            promise(input.suffix(host.base.count).elementsEqual(host.base.array), "an end of it")
            _ = text.regionOfARN
        }
        if let identity = QueueIdentity(arn: input.text) {
            promise(QueueIdentity(arn: identity.arn) == identity, "an ARN is read the same")
        }
    }

    private static func scopes(_ text: ByteView) {
        let header = CredentialScope(authorization: text)
        for part in [header.accessKeyID, header.region, header.service] {
            promise(part.firstIndex(of: 0x2F) == nil, "a part of a scope has no slash")
            promise(part.firstIndex(of: 0x2C) == nil, "nor a comma")
        }
        let scope = CredentialScope(scope: text)
        guard !scope.region.isEmpty else { return }
        let parts = text.array.parts(0x2F)
        promise(parts.count > 2 && parts[2] == scope.region.array, "the region is the third part")
    }

    private static func isWithin(_ part: ByteView, _ whole: [UInt8]) -> Bool {
        whole.withByteView { whole in
            (0...whole.count - part.count).contains { whole[$0..<$0 + part.count] == part }
        }
    }
}
