import Bytes

/// Platform applications: create, delete, attributes, list.
extension Broker {
    /// The push services whose applications can be registered.
    private static let services: Set<String> = [
        "ADM", "APNS", "APNS_SANDBOX", "APNS_VOIP", "APNS_VOIP_SANDBOX", "BAIDU", "GCM", "MACOS",
        "MACOS_SANDBOX", "MPNS", "WNS",
    ]

    private static let platformAttributes: Set<String> = [
        "AppleCertificateExpiryDate", "ApplePlatformBundleID", "ApplePlatformTeamID", "Enabled",
        "EventDeliveryFailure", "EventEndpointCreated", "EventEndpointDeleted",
        "EventEndpointUpdated", "FailureFeedbackRoleArn", "PlatformCredential",
        "PlatformPrincipal", "SuccessFeedbackRoleArn", "SuccessFeedbackSampleRate",
    ]

    mutating func perform(
        _ create: CreatePlatformApplication, from caller: Caller, at now: Moment,
        into sink: any RecordSink
    ) throws(BrokerError) -> String {
        let name = try Self.platformName(create.name)
        let service = create.platform ?? ""
        guard Self.services.contains(service) else {
            throw BrokerError(
                .invalidParameter,
                "Invalid parameter: Platform Reason: \(service) is not supported")
        }
        guard let given = create.attributes, !given.isEmpty else {
            throw Self.missingMember("attributes")
        }
        let attributes = try Self.merging(given, into: [])
        let identity = PlatformIdentity(
            account: caller.account, region: caller.region, platform: service, name: name)
        if let existing = topics.platform(identity) {
            let agrees = attributes.allSatisfy { attribute in
                existing.attributes.contains { $0 == attribute }
            }
            guard agrees else {
                throw AttributeFault(
                    "Platform application already exists with different attributes"
                )
                .amongOthers
            }
            return identity.arn
        }
        change(
            to: PlatformImage(
                number: UInt32(topics.platforms.count), identity: identity,
                attributes: attributes),
            at: now, into: sink)
        return identity.arn
    }

    private static func platformName(_ name: String?) throws(BrokerError) -> String {
        let name = name ?? ""
        let fault: String? =
            if name.isEmpty {
                "cannot be empty"
            } else if name.utf8.count > TopicLimits.platformNameLength.upperBound {
                "must be at most 256 characters long"
            } else if !name.utf8.allSatisfy({ isPlatformNameByte($0) }) {
                "must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', and '.'"
            } else {
                nil
            }
        if let fault {
            throw BrokerError(.invalidParameter, "Invalid parameter: \(name) Reason: \(fault)")
        }
        return name
    }

    private static func isPlatformNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Attributes after some of them are set; an empty value removes one.
    private static func merging(
        _ given: [(name: String, value: String)], into attributes: [(name: String, value: String)]
    ) throws(BrokerError) -> [(name: String, value: String)] {
        var result = attributes
        for (name, value) in given {
            guard platformAttributes.contains(name) else {
                throw AttributeFault("Invalid attribute name: \(name)").amongOthers
            }
            guard value.utf8.count <= TopicLimits.platformAttributeBytes else {
                throw AttributeFault("Invalid value for attribute: \(name)").amongOthers
            }
            var value = value
            do throws(AttributeFault) {
                switch name {
                case "Enabled": value = String(try AttributeFault.boolean(value, of: name))
                case "SuccessFeedbackSampleRate":
                    guard value.isEmpty || QueueSettings.integer(value, in: 0...100) != nil else {
                        throw AttributeFault(
                            "\(name): Invalid value [\(value)]. Must be between 0 and 100.")
                    }
                case "SuccessFeedbackRoleArn", "FailureFeedbackRoleArn", "EventDeliveryFailure",
                    "EventEndpointCreated", "EventEndpointDeleted", "EventEndpointUpdated":
                    if !value.isEmpty { try AttributeFault.arn(value, of: name) }
                default: break
                }
            } catch {
                throw error.amongOthers
            }
            result.removeAll { $0.name == name }
            if !value.isEmpty { result.append((name, value)) }
        }
        return result
    }

    /// The platform application that a request names.
    func platform(
        _ arn: String?, from caller: Caller
    ) throws(BrokerError) -> PlatformApplication {
        let elements = try Self.elements(ofARN: arn, named: "PlatformApplicationArn")
        let parts = elements[5...].joined(separator: ":")
            .split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "app" else {
            throw BrokerError(
                .invalidParameter,
                "Invalid parameter: PlatformApplicationArn Reason: Wrong number of slashes in "
                    + "relative portion of the ARN.")
        }
        guard let account = String(elements[4]).withByteView({ AccountID($0) }),
            elements[3] == caller.region,
            let platform = topics.platform(
                PlatformIdentity(
                    account: account, region: caller.region, platform: String(parts[1]),
                    name: String(parts[2])))
        else { throw BrokerError(.notFound, "PlatformApplication does not exist") }
        return platform
    }

    /// An application that is not there is deleted already.
    mutating func performDeletePlatform(
        _ request: ResourceRequest, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let platform: PlatformApplication
        do {
            platform = try self.platform(request.arn, from: caller)
        } catch {
            if error.code == .notFound { return }
            throw error
        }
        delete(platform, at: now, into: sink)
    }

    mutating func performSetPlatformAttributes(
        _ set: SetAttributes, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let platform = try platform(set.arn, from: caller)
        guard let given = set.attributes, !given.isEmpty else {
            throw Self.missingMember("attributes")
        }
        var image = PlatformImage(platform)
        image.attributes = try Self.merging(given, into: image.attributes)
        change(to: image, at: now, into: sink)
    }

    func performListPlatforms(
        _ list: ListRequest, from caller: Caller
    ) throws(BrokerError) -> TopicOutcome {
        let numbers = topics.namespace(caller.account, caller.region).platforms
        let (page, token) = try Self.page(of: numbers, list.nextToken, in: .platformApplications)
        return .platformResources(
            page.compactMap { topics.platforms[Int($0)] }
                .map { (arn: $0.identity.arn, attributes: $0.shownAttributes) },
            nextToken: token)
    }

    /// A page of a list of numbers, and the token of the next.
    static func page(
        of numbers: [UInt32], _ token: String?, in listing: PageToken.Listing
    ) throws(BrokerError) -> (ArraySlice<UInt32>, nextToken: String?) {
        let index = numbers.firstIndex(above: try PageToken.decodeNumber(token, in: listing))
        let page = numbers[index...].prefix(TopicLimits.pageEntries)
        guard index + page.count < numbers.count, let last = page.last else { return (page, nil) }
        return (page, PageToken.encode(after: String(last), in: listing))
    }
}

extension PlatformApplication {
    /// As GetPlatformApplicationAttributes shows them: whether it is enabled, and all that is no
    /// secret.
    var shownAttributes: [(name: String, value: String)] {
        [(name: "Enabled", value: String(isEnabled))]
            + attributes.filter {
                !["Enabled", "PlatformCredential", "PlatformPrincipal"].contains($0.name)
            }
    }
}
