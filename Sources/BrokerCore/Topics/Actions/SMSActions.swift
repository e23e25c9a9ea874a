import Bytes

/// SMS attributes, the numbers that are opted out, and origination numbers.
extension Broker {
    /// In the order in which they are shown.
    private static let smsAttributes = [
        "DefaultSMSType", "DefaultSenderID", "DeliveryStatusIAMRole",
        "DeliveryStatusSuccessSamplingRate", "MonthlySpendLimit", "UsageReportS3Bucket",
    ]

    func smsSettings(of caller: Caller) -> SMSSettings {
        topics.namespace(caller.account, caller.region).sms
    }

    func perform(
        _ get: GetSMSAttributes, from caller: Caller
    ) throws(BrokerError) -> [(name: String, value: String)] {
        for name in get.names where !Self.smsAttributes.contains(name) {
            throw BrokerError(.invalidParameter, "\(name) is not a valid attribute")
        }
        var list = smsSettings(of: caller).attributes
        if !list.contains(where: { $0.name == "MonthlySpendLimit" }) {
            list.append(("MonthlySpendLimit", "1"))
        }
        return list.filter { get.names.isEmpty || get.names.contains($0.name) }
    }

    mutating func performSetSMSAttributes(
        _ set: SetAttributes, from caller: Caller, at now: Moment, into sink: any RecordSink
    ) throws(BrokerError) {
        guard let given = set.attributes, !given.isEmpty else {
            throw Self.missingMember("attributes")
        }
        var settings = smsSettings(of: caller)
        for (name, value) in given {
            try Self.checkSMSAttribute(name, value)
            settings.attributes.removeAll { $0.name == name }
            if !value.isEmpty { settings.attributes.append((name, value)) }
        }
        settings.attributes.sort { $0.name < $1.name }
        change(
            Namespace(account: caller.account, region: caller.region), to: settings, at: now,
            into: sink)
    }

    private static func checkSMSAttribute(_ name: String, _ value: String) throws(BrokerError) {
        let isValid: Bool
        switch name {
        case "DefaultSMSType": isValid = ["Promotional", "Transactional"].contains(value)
        case "DefaultSenderID":
            isValid =
                value.isEmpty
                || (value.utf8.count <= 11 && value.utf8.contains { $0 > 0x40 }
                    && value.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
        case "DeliveryStatusSuccessSamplingRate":
            isValid = value.isEmpty || QueueSettings.integer(value, in: 0...100) != nil
        case "MonthlySpendLimit":
            isValid = value.isEmpty || QueueSettings.integer(value, in: 0...Int.max) != nil
        case "DeliveryStatusIAMRole":
            isValid =
                value.isEmpty
                || (value.split(separator: ":").count >= 5
                    && value.utf8.count <= TopicLimits.arnBytes)
        case "UsageReportS3Bucket": isValid = value.utf8.count <= 63
        default:
            throw BrokerError(.invalidParameter, "\(name) is not a valid attribute")
        }
        guard isValid else { throw BrokerError(.invalidParameter, "\(name) is invalid") }
    }

    // MARK: Opting out

    /// A phone number in the form that lists keep: with a plus.
    func phoneNumber(_ request: PhoneNumberRequest) throws(BrokerError) -> String {
        let number = request.phoneNumber ?? ""
        guard PhoneNumber.isValid(number) else {
            throw BrokerError(
                .invalidParameter,
                "Invalid parameter: PhoneNumber Reason: input incorrectly formatted")
        }
        return number.hasPrefix("+") ? number : "+" + number
    }

    /// Notes that a phone wants no messages any more; the SMS gateway says so.
    mutating func optOut(
        phoneNumber: String, of caller: Caller, at now: Moment, into sink: any RecordSink
    ) {
        let number = phoneNumber.hasPrefix("+") ? phoneNumber : "+" + phoneNumber
        var settings = smsSettings(of: caller)
        guard PhoneNumber.isValid(number), !settings.optedOut.contains(number) else { return }
        settings.optedOut.append(number)
        settings.optedOut.sort()
        change(
            Namespace(account: caller.account, region: caller.region), to: settings, at: now,
            into: sink)
    }

    /// Whether a phone wants no messages.
    func isOptedOut(phoneNumber: String, of caller: Caller) -> Bool {
        let number = phoneNumber.hasPrefix("+") ? phoneNumber : "+" + phoneNumber
        return smsSettings(of: caller).optedOut.contains(number)
    }

    /// Refuses a phone number that no message can be published to.
    func checkPhoneNumber(_ number: String, from caller: Caller) throws(BrokerError) {
        guard PhoneNumber.isValid(number) else {
            throw .invalidParameter("PhoneNumber Reason: \(number) is not valid to publish to")
        }
        guard !isOptedOut(phoneNumber: number, of: caller) else {
            throw .invalidParameter("PhoneNumber Reason: \(number) is opted out")
        }
    }

    func performListOptedOut(
        _ list: ListRequest, from caller: Caller
    ) throws(BrokerError) -> TopicOutcome {
        let last = try PageToken.decodeIfPresent(list.nextToken, in: .optedOutPhoneNumbers)
        let rest = smsSettings(of: caller).optedOut.drop { number in
            last.map { number <= $0 } ?? false
        }
        let page = rest.prefix(TopicLimits.pageEntries)
        return .phoneNumbers(
            Array(page),
            nextToken: page.count == rest.count
                ? nil : page.last.map { PageToken.encode(after: $0, in: .optedOutPhoneNumbers) })
    }

    mutating func performOptIn(
        _ request: PhoneNumberRequest, from caller: Caller, at now: Moment,
        into sink: any RecordSink
    ) throws(BrokerError) {
        let number = try phoneNumber(request)
        var settings = smsSettings(of: caller)
        guard let index = settings.optedOut.firstIndex(of: number) else { return }
        settings.optedIn.removeAll {
            $0.at.adding(seconds: TopicLimits.optInSeconds) <= now.instant
        }
        guard !settings.optedIn.contains(where: { $0.number == number }) else {
            throw BrokerError(
                .invalidParameter,
                "Invalid parameter: PhoneNumber Reason: a phone number can be opted in only once "
                    + "every 30 days")
        }
        settings.optedOut.remove(at: index)
        settings.optedIn.append((number, now.instant))
        change(
            Namespace(account: caller.account, region: caller.region), to: settings, at: now,
            into: sink)
    }

    /// There are none to be had here.
    func performListOriginationNumbers(
        _ list: ListRequest
    ) throws(BrokerError) -> TopicOutcome {
        if let count = list.maxResults, !TopicLimits.originationPageEntries.contains(count) {
            throw BrokerError(
                .validationException,
                "1 validation error detected: Value '\(count)' at 'maxResults' failed to satisfy "
                    + "constraint: Member must be between 1 and 30")
        }
        guard list.nextToken ?? "" == "" else {
            throw BrokerError(.invalidParameter, "Invalid parameter: NextToken")
        }
        return .originationNumbers
    }
}
