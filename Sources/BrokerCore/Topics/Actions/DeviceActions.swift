import Bytes

/// Devices of platform applications, which AWS calls endpoints: create, delete, attributes, list.
extension Broker {
    /// What of a device can be set.
    private struct DeviceAttributes {
        var token: String?
        var isEnabled: Bool?
        var customUserData: String?

        init(_ attributes: [(name: String, value: String)]) throws(BrokerError) {
            do throws(AttributeFault) {
                for (name, value) in attributes {
                    switch name {
                    case "Token": token = try Self.checked(token: value)
                    case "Enabled": isEnabled = try AttributeFault.boolean(value, of: name)
                    case "CustomUserData": customUserData = try Self.checked(userData: value)
                    default: throw AttributeFault("Invalid attribute name: \(name)")
                    }
                }
            } catch {
                throw error.amongOthers
            }
        }

        static func checked(token: String) throws(AttributeFault) -> String {
            guard !token.isEmpty, token.utf8.count <= TopicLimits.deviceTokenBytes else {
                throw AttributeFault("Invalid value for attribute: Token")
            }
            return token
        }

        static func checked(userData: String) throws(AttributeFault) -> String {
            guard userData.utf8.count <= TopicLimits.customUserDataBytes else {
                throw AttributeFault(
                    "Invalid value for attribute: CustomUserData: must be at most 2048 bytes long "
                        + "in UTF-8 encoding")
            }
            return userData
        }
    }

    mutating func perform(
        _ create: CreatePlatformEndpoint, from caller: Caller, at now: Moment,
        into sink: any RecordSink
    ) throws(BrokerError) -> String {
        let platform = try platform(create.platformApplicationARN, from: caller)
        // The attribute wins over the parameter of this name.
        let parameters = create.customUserData.map { [(name: "CustomUserData", value: $0)] } ?? []
        let wanted = try DeviceAttributes(parameters + create.attributes)
        guard let token = create.token, !token.isEmpty,
            token.utf8.count <= TopicLimits.deviceTokenBytes
        else {
            throw BrokerError(
                .invalidParameter,
                "Invalid parameter: Token Reason: must be between 1 and "
                    + "\(TopicLimits.deviceTokenBytes) bytes long")
        }
        let text = platform.spelling(ofToken: token)
        if let existing = topics.device(of: platform, token: text) {
            guard wanted.isEnabled ?? existing.isEnabled == existing.isEnabled,
                wanted.customUserData ?? existing.customUserData == existing.customUserData
            else {
                throw BrokerError(
                    .invalidParameter,
                    "Invalid parameter: Token Reason: Endpoint \(existing.arn) already exists "
                        + "with the same Token, but different attributes.")
            }
            return existing.arn
        }
        let image = DeviceImage(
            number: UInt32(topics.devices.count), platform: platform.number,
            id: entropy.nextMessageID(), token: text, isEnabled: wanted.isEnabled ?? true,
            customUserData: wanted.customUserData)
        change(to: image, at: now, into: sink)
        return image.device(of: platform).arn
    }

    /// The device that a request names.
    func device(_ arn: String?, from caller: Caller) throws(BrokerError) -> PlatformEndpoint {
        let elements = try Self.elements(ofARN: arn, named: "EndpointArn")
        let parts = elements[5...].joined(separator: ":")
            .split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "endpoint" else {
            throw BrokerError(
                .invalidParameter,
                "Invalid parameter: EndpointArn Reason: Wrong number of slashes in relative "
                    + "portion of the ARN.")
        }
        guard let device = arn.flatMap({ device(of: $0) }),
            device.platform.identity.region == caller.region
        else { throw BrokerError(.notFound, "Endpoint does not exist") }
        return device
    }

    /// Refuses the ARN of a device that no message can be published to.
    func checkDevice(_ arn: String, from caller: Caller) throws(BrokerError) {
        guard let device = device(of: arn), device.platform.identity.region == caller.region else {
            throw .invalidParameter(
                "TargetArn Reason: No endpoint found for the target arn specified")
        }
        guard device.platform.isEnabled else {
            throw BrokerError(.platformApplicationDisabled, "Platform application is disabled")
        }
        guard device.isEnabled else {
            throw BrokerError(.endpointDisabled, "Endpoint is disabled")
        }
    }

    /// A device that is not there is deleted already.
    mutating func performDeleteDevice(
        _ request: ResourceRequest, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let device: PlatformEndpoint
        do {
            device = try self.device(request.arn, from: caller)
        } catch {
            if error.code == .notFound { return }
            throw error
        }
        delete(device, at: now, into: sink)
    }

    mutating func performSetDeviceAttributes(
        _ set: SetAttributes, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        let device = try device(set.arn, from: caller)
        guard let given = set.attributes, !given.isEmpty else {
            throw Self.missingMember("attributes")
        }
        let wanted = try DeviceAttributes(given)
        var image = DeviceImage(device)
        if let token = wanted.token { image.token = device.platform.spelling(ofToken: token) }
        if let isEnabled = wanted.isEnabled { image.isEnabled = isEnabled }
        if let data = wanted.customUserData { image.customUserData = data.isEmpty ? nil : data }
        let other = topics.device(of: device.platform, token: image.token)
        if let other, other !== device {
            throw BrokerError(
                .invalidParameter,
                "Invalid parameter: Token Reason: Endpoint \(other.arn) already exists with the "
                    + "same Token, but different attributes.")
        }
        change(to: image, at: now, into: sink)
    }

    func performListDevices(
        _ list: ListRequest, from caller: Caller
    ) throws(BrokerError) -> TopicOutcome {
        let numbers = try platform(list.arn, from: caller).devices
        var page: [(arn: String, attributes: [(name: String, value: String)])] = []
        var last = try PageToken.decodeNumber(list.nextToken, in: .platformEndpoints)
        numbers.forEach(above: last) { number in
            guard page.count < TopicLimits.pageEntries else { return false }
            last = number
            if let device = topics.devices[Int(number)] {
                page.append((arn: device.arn, attributes: device.attributes))
            }
            return true
        }
        return .platformResources(
            page,
            nextToken: page.isEmpty || last == numbers.last
                ? nil : PageToken.encode(after: String(last), in: .platformEndpoints))
    }
}

extension PlatformApplication {
    /// A device's token as it is kept: those of Apple's devices in lower case.
    func spelling(ofToken token: String) -> String {
        identity.platform.hasPrefix("APNS") || identity.platform.hasPrefix("MACOS")
            ? token.lowercased() : token
    }
}
