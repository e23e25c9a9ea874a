import Bytes

/// The phone numbers of the SMS sandbox: each is sent a one-time password, with which it is verified.
extension Broker {
    private static let languages: Set<String> = [
        "en-US", "en-GB", "es-419", "es-ES", "de-DE", "fr-CA", "fr-FR", "it-IT", "ja-JP", "pt-BR",
        "kr-KR", "zh-CN", "zh-TW",
    ]

    mutating func perform(
        _ create: CreateSMSSandboxPhoneNumber, from caller: Caller, at now: Moment,
        into sink: any RecordSink
    ) throws(BrokerError) {
        var request = PhoneNumberRequest()
        request.phoneNumber = create.phoneNumber
        let number = try phoneNumber(request)
        let language = create.languageCode ?? "en-US"
        guard Self.languages.contains(language) else {
            throw BrokerError(
                .invalidParameter,
                "Invalid parameter: LanguageCode Reason: \(language) is not supported")
        }
        var settings = smsSettings(of: caller)
        guard !settings.optedOut.contains(number) else {
            throw BrokerError(.optedOut, "Phone number \(number) is opted out")
        }
        let existing = settings.sandbox.firstIndex { $0.number == number }
        guard existing != nil || settings.sandbox.count < TopicLimits.sandboxNumbers else {
            throw BrokerError(
                .userError, "The sandbox has \(TopicLimits.sandboxNumbers) phone numbers already")
        }
        if let existing, settings.sandbox[existing].oneTimePassword == nil {
            throw BrokerError(.userError, "Phone number \(number) is verified already")
        }
        let password = 100_000 + entropy.next().first % 900_000
        let entry = SMSSettings.SandboxNumber(
            number: number, languageCode: language, oneTimePassword: String(password),
            expiresAt: now.instant.adding(seconds: TopicLimits.oneTimePasswordSeconds))
        if let existing { settings.sandbox.remove(at: existing) }
        settings.sandbox.append(entry)
        settings.sandbox.sort { $0.number < $1.number }
        try send("Your verification code is \(password)", to: number, from: caller, at: now, sink)
        change(
            Namespace(account: caller.account, region: caller.region), to: settings, at: now,
            into: sink)
    }

    /// Publishes a text to a phone.
    private mutating func send(
        _ text: String, to number: String, from caller: Caller, at now: Moment,
        _ sink: any RecordSink
    ) throws(BrokerError) {
        let result = text.withByteView { view -> Result<PublishedMessage, BrokerError> in
            var publish = Publish()
            publish.phoneNumber = number
            publish.message.message = view
            do throws(BrokerError) {
                // A text to one phone is never unfinished.
                return .success(
                    try perform(publish, from: caller, at: now, token: 0, into: sink))
            } catch {
                return .failure(error)
            }
        }
        _ = try result.get()
    }

    mutating func perform(
        _ verify: VerifySMSSandboxPhoneNumber, from caller: Caller, at now: Moment,
        into sink: any RecordSink
    ) throws(BrokerError) {
        var request = PhoneNumberRequest()
        request.phoneNumber = verify.phoneNumber
        let number = try phoneNumber(request)
        var settings = smsSettings(of: caller)
        let index = try Self.index(of: number, in: settings)
        guard let password = settings.sandbox[index].oneTimePassword else { return }
        guard password == verify.oneTimePassword, now.instant < settings.sandbox[index].expiresAt
        else {
            throw BrokerError(.verification, "The one-time password is wrong or has expired")
        }
        settings.sandbox[index].oneTimePassword = nil
        change(
            Namespace(account: caller.account, region: caller.region), to: settings, at: now,
            into: sink)
    }

    mutating func performDeleteSandboxNumber(
        _ request: PhoneNumberRequest, from caller: Caller, at now: Moment,
        into sink: any RecordSink
    ) throws(BrokerError) {
        let number = try phoneNumber(request)
        var settings = smsSettings(of: caller)
        settings.sandbox.remove(at: try Self.index(of: number, in: settings))
        change(
            Namespace(account: caller.account, region: caller.region), to: settings, at: now,
            into: sink)
    }

    private static func index(
        of number: String, in settings: SMSSettings
    ) throws(BrokerError) -> Int {
        guard let index = settings.sandbox.firstIndex(where: { $0.number == number }) else {
            throw BrokerError(.resourceNotFound, "Phone number \(number) is not in the sandbox")
        }
        return index
    }

    func performListSandboxNumbers(
        _ list: ListRequest, from caller: Caller
    ) throws(BrokerError) -> TopicOutcome {
        let limit = list.maxResults ?? TopicLimits.pageEntries
        guard (1...TopicLimits.pageEntries).contains(limit) else {
            throw BrokerError(
                .invalidParameter,
                "Invalid parameter: MaxResults Reason: must be between 1 and "
                    + "\(TopicLimits.pageEntries)")
        }
        let last = try PageToken.decodeIfPresent(list.nextToken, in: .sandboxPhoneNumbers)
        let rest = smsSettings(of: caller).sandbox.drop { entry in
            last.map { entry.number <= $0 } ?? false
        }
        let page = rest.prefix(limit)
        return .sandboxPhoneNumbers(
            page.map { ($0.number, $0.oneTimePassword == nil ? "Verified" : "Pending") },
            nextToken: page.count == rest.count
                ? nil
                : page.last.map { PageToken.encode(after: $0.number, in: .sandboxPhoneNumbers) })
    }
}
