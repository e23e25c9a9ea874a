import Bytes

/// How platform applications, devices and SMS settings change.
extension Broker {
    // MARK: Platform applications

    /// Records a new platform application, or what one becomes.
    mutating func change(to image: PlatformImage, at now: Moment, into sink: any RecordSink) {
        beginRecord(at: now)
        image.encode(to: &scratch)
        endRecord(.platformChanged, into: sink)
        apply(image)
    }

    mutating func apply(_ image: PlatformImage) {
        if Int(image.number) < topics.platforms.count,
            let platform = topics.platforms[Int(image.number)]
        {
            touch(platform)
            platform.attributes = image.attributes
            return
        }
        let platform = PlatformApplication(
            number: image.number, identity: image.identity, attributes: image.attributes)
        platform.snapshotEpoch = snapshot.epoch
        topics.enter(platform)
    }

    /// Deletes a platform application with its devices.
    mutating func delete(
        _ platform: PlatformApplication, at now: Moment, into sink: any RecordSink
    ) {
        recordDeletion(PlatformImage.kind, platform.number, at: now, into: sink)
        applyDeleted(platform)
    }

    mutating func applyDeleted(_ platform: PlatformApplication) {
        touch(platform)
        platform.deletionEpoch = snapshot.isActive ? snapshot.epoch : 0
        topics.leave(platform)
        sweep(platform, limit: subscriptionsPerTick)
        if !platform.devices.isEmpty { deletedPlatforms.append(platform) }
    }

    // MARK: Devices

    /// Records a new device, or what one becomes.
    mutating func change(to image: DeviceImage, at now: Moment, into sink: any RecordSink) {
        beginRecord(at: now)
        image.encode(to: &scratch)
        endRecord(.platformChanged, into: sink)
        guard let platform = topics.platforms[Int(image.platform)] else {
            preconditionFailure("a device is changed while it has a platform application")
        }
        apply(image, of: platform)
    }

    mutating func apply(_ image: DeviceImage, of platform: PlatformApplication) {
        if Int(image.number) < topics.devices.count,
            let device = topics.devices[Int(image.number)]
        {
            touch(device)
            topics.leave(device)
            device.token = image.token
            device.isEnabled = image.isEnabled
            device.customUserData = image.customUserData
            topics.enter(device)
            return
        }
        let device = image.device(of: platform)
        device.snapshotEpoch = snapshot.epoch
        topics.enter(device)
    }

    mutating func delete(_ device: PlatformEndpoint, at now: Moment, into sink: any RecordSink) {
        recordDeletion(DeviceImage.kind, device.number, at: now, into: sink)
        applyDeleted(device)
    }

    mutating func applyDeleted(_ device: PlatformEndpoint) {
        touch(device)
        topics.leave(device)
    }

    private mutating func recordDeletion(
        _ kind: UInt8, _ number: UInt32, at now: Moment, into sink: any RecordSink
    ) {
        beginRecord(at: now)
        scratch.append(kind)
        scratch.append(0 as UInt8)
        scratch.append(littleEndian: number)
        endRecord(.platformChanged, into: sink)
    }

    // MARK: SMS

    /// Records what an account's SMS settings become.
    mutating func change(
        _ namespace: Namespace, to settings: SMSSettings, at now: Moment, into sink: any RecordSink
    ) {
        beginRecord(at: now)
        scratch.append(littleEndian: namespace.account.number)
        scratch.append(counted: namespace.region)
        settings.encode(to: &scratch)
        endRecord(.smsChanged, into: sink)
        apply(settings, to: namespace)
    }

    mutating func apply(_ settings: SMSSettings, to namespace: Namespace) {
        topics.change(namespace.account, namespace.region) { $0.sms = settings }
    }
}

extension DeviceImage {
    /// The device of this state, of which no catalog knows yet.
    func device(of platform: PlatformApplication) -> PlatformEndpoint {
        PlatformEndpoint(
            number: number, id: id, platform: platform, token: token, isEnabled: isEnabled,
            customUserData: customUserData)
    }
}
