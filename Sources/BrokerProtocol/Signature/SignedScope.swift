import Bytes

/// The five elements of a credential: `<key>/<date>/<region>/<service>/aws4_request`.
struct SignedScope {
    let keyID: ByteView
    let date: ByteView
    let region: ByteView
    let service: ByteView
    let terminator: ByteView

    /// The five elements; nil when there are more or fewer.
    init?(_ credential: ByteView) {
        var parts = PathParts(credential)
        guard let keyID = parts.next(), let date = parts.next(), let region = parts.next(),
            let service = parts.next(), let terminator = parts.next(), parts.next() == nil
        else { return nil }
        self.keyID = keyID
        self.date = date
        self.region = region
        self.service = service
        self.terminator = terminator
    }

    /// What is wrong with everything but the date, a sentence each.
    ///
    /// - Parameter expected: The service that the request is for, when it is not the scope's.
    func faults(expected: () -> Service) -> [String] {
        var faults: [String] = []
        if !region.isRegion { faults.append("Credential should be scoped to a valid region.") }
        if !service.is("sqs"), !service.is("sns") {
            faults.append(SignedScope.wrongService(expected()))
        }
        if !terminator.is("aws4_request") {
            let text = SignatureRefusal.shown(terminator)
            faults.append(
                "Credential should be scoped with a valid terminator: 'aws4_request', not "
                    + "'\(text)'.")
        }
        return faults
    }

    /// The sentence about a scope of another service.
    static func wrongService(_ expected: Service) -> String {
        "Credential should be scoped to correct service: '\(expected == .sns ? "sns" : "sqs")'."
    }
}
