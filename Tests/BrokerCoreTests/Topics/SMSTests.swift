import Bytes
import Testing

@testable import BrokerCore

extension TopicBench {
    func phone(_ number: String?) -> PhoneNumberRequest {
        var request = PhoneNumberRequest()
        request.phoneNumber = number
        return request
    }

    func sandbox(_ number: String?, language: String? = nil) throws(BrokerError) {
        var create = CreateSMSSandboxPhoneNumber()
        create.phoneNumber = number
        create.languageCode = language
        _ = try run(.createSMSSandboxPhoneNumber(create))
    }

    func verify(_ number: String?, _ password: String?) throws(BrokerError) {
        var verify = VerifySMSSandboxPhoneNumber()
        verify.phoneNumber = number
        verify.oneTimePassword = password
        _ = try run(.verifySMSSandboxPhoneNumber(verify))
    }

    /// `number status`, by number.
    func sandboxNumbers(maxResults: Int? = nil) throws(BrokerError) -> [String] {
        try pages { (token) throws(BrokerError) in
            var list = self.list(token)
            list.maxResults = maxResults
            guard
                case .sandboxPhoneNumbers(let page, let next) = try self.run(
                    .listSMSSandboxPhoneNumbers(list))
            else { return ([], nil) }
            return (page.map { "\($0.number) \($0.status)" }, next)
        }
    }
}

@Suite struct SMSTests {
    let bench = TopicBench()

    private func attributes(_ names: [String] = []) throws -> [String: String] {
        var get = GetSMSAttributes()
        get.names = names
        return TopicBench.map(try bench.run(.getSMSAttributes(get)))
    }

    private func set(_ name: String, _ value: String) throws(BrokerError) {
        _ = try bench.run(.setSMSAttributes(bench.set("", [(name, value)])))
    }

    @Test func attributesAreKept() throws {
        #expect(try attributes() == ["MonthlySpendLimit": "1"])
        try set("DefaultSMSType", "Transactional")
        try set("DefaultSenderID", "Apus1")
        try set("MonthlySpendLimit", "20")
        let role = "arn:aws:iam::000000000000:role/sms"
        try set("DeliveryStatusIAMRole", role)
        #expect(try attributes(["DeliveryStatusIAMRole"]) == ["DeliveryStatusIAMRole": role])
        try set("DeliveryStatusIAMRole", "")
        #expect(
            try attributes() == [
                "DefaultSMSType": "Transactional", "DefaultSenderID": "Apus1",
                "MonthlySpendLimit": "20",
            ])
        #expect(try attributes(["DefaultSenderID"]) == ["DefaultSenderID": "Apus1"])
        try set("DefaultSenderID", "")
        #expect(try attributes(["DefaultSenderID"]) == [:])
        #expect(try bench.recoveredState() == bench.state)
        bench.caller.region = "eu-west-1"
        #expect(try attributes() == ["MonthlySpendLimit": "1"])
    }

    @Test(arguments: [
        ("Colour", "red", "Colour is not a valid attribute"),
        ("DefaultSMSType", "Loud", "DefaultSMSType is invalid"),
        ("DefaultSenderID", "12345", "DefaultSenderID is invalid"),
        ("DefaultSenderID", "twelve12long", "DefaultSenderID is invalid"),
        ("DefaultSenderID", "a b", "DefaultSenderID is invalid"),
        (
            "DeliveryStatusSuccessSamplingRate", "101",
            "DeliveryStatusSuccessSamplingRate is invalid"
        ),
        ("MonthlySpendLimit", "much", "MonthlySpendLimit is invalid"),
        ("DeliveryStatusIAMRole", "role", "DeliveryStatusIAMRole is invalid"),
        (
            "UsageReportS3Bucket", String(repeating: "b", count: 64),
            "UsageReportS3Bucket is invalid"
        ),
    ])
    func attributesHaveRules(name: String, value: String, text: String) {
        #expect(throws: BrokerError(.invalidParameter, text)) { try set(name, value) }
    }

    @Test func anUnknownAttributeIsNotRead() {
        #expect(throws: BrokerError(.invalidParameter, "Colour is not a valid attribute")) {
            try attributes(["Colour"])
        }
    }

    // MARK: Opting out

    private func isOptedOut(_ number: String?) throws(BrokerError) -> Bool {
        let action = TopicAction.checkIfPhoneNumberIsOptedOut(bench.phone(number))
        guard case .truth(let isOptedOut) = try bench.run(action) else { return false }
        return isOptedOut
    }

    private func optOut(_ number: String) {
        bench.world.broker.optOut(
            phoneNumber: number, of: bench.caller, at: bench.world.now, into: bench.world.sink)
    }

    private func publish(_ number: String) throws(BrokerError) {
        var publish = Publish()
        publish.phoneNumber = number
        publish.message.message = "hello"
        _ = try bench.run(.publish(publish))
    }

    @Test func aPhoneThatOptsOutGetsNothing() throws {
        try publish("+4915112345678")
        optOut("+4915112345678")
        optOut("nonsense")
        #expect(try isOptedOut("+4915112345678"))
        #expect(try isOptedOut("4915112345678"))
        #expect(try !isOptedOut("+4915112345679"))
        #expect(
            throws: BrokerError.invalidParameter(
                "PhoneNumber Reason: +4915112345678 is opted out")
        ) { try publish("+4915112345678") }
        #expect(throws: BrokerError(.optedOut, "Phone number +4915112345678 is opted out")) {
            try bench.sandbox("+4915112345678")
        }
        #expect(try bench.recoveredState() == bench.state)
    }

    @Test func aPhoneIsOptedInOnceInThirtyDays() throws {
        let optIn = { () throws(BrokerError) in
            _ = try bench.run(.optInPhoneNumber(bench.phone("+4915112345678")))
        }
        try optIn()
        optOut("+4915112345678")
        try optIn()
        #expect(try !isOptedOut("+4915112345678"))
        optOut("+4915112345678")
        #expect(
            throws: BrokerError.invalidParameter(
                "PhoneNumber Reason: a phone number can be opted in only once every 30 days")
        ) { try optIn() }
        #expect(try bench.recoveredState() == bench.state)
        bench.world.beginSnapshot()
        bench.world.finishSnapshot()
        #expect(try bench.recoveredState() == bench.state)
        bench.world.advance(milliseconds: 2_592_000_000)
        try optIn()
        #expect(try !isOptedOut("+4915112345678"))
    }

    @Test func theListOfThoseWhoOptedOutComesInPages() throws {
        for number in 0..<150 { optOut("+4915\(100_000 + number)") }
        let numbers = try bench.pages { (token) throws(BrokerError) -> ([String], String?) in
            let outcome = try bench.run(.listPhoneNumbersOptedOut(bench.list(token)))
            guard case .phoneNumbers(let page, let next) = outcome else { return ([], nil) }
            return (page, next)
        }
        #expect(numbers == (0..<150).map { "+4915\(100_000 + $0)" })
    }

    @Test(arguments: ["", "+", "+0123456", "12 34", "+1234567890123456", "phone"])
    func aNumberIsOfTheE164Format(number: String) {
        let text = "PhoneNumber Reason: input incorrectly formatted"
        #expect(throws: BrokerError.invalidParameter(text)) { try isOptedOut(number) }
        #expect(
            throws: BrokerError.invalidParameter(
                "PhoneNumber Reason: \(number) is not valid to publish to")
        ) { try publish(number) }
    }

    // MARK: Sandbox

    /// What the phone was sent last.
    private func password() throws -> String {
        let delivery = try #require(bench.world.takeDeliveries(limit: 10).last)
        guard case .notification(let position, let length, _) = delivery.content else {
            return "?"
        }
        #expect(delivery.protocolKind == .sms)
        let stored = try bench.world.notification(at: position, length: length)
        return String(stored.message.string.suffix(6))
    }

    @Test func aNumberIsVerifiedWithWhatItWasSent() throws {
        try bench.sandbox("+4915112345678")
        #expect(try bench.sandboxNumbers() == ["+4915112345678 Pending"])
        let password = try password()
        let wrong = BrokerError(
            .verification, "The one-time password is wrong or has expired")
        #expect(throws: wrong) { try bench.verify("+4915112345678", "000000") }
        #expect(throws: wrong) { try bench.verify("+4915112345678", nil) }
        try bench.verify("+4915112345678", password)
        #expect(try bench.sandboxNumbers() == ["+4915112345678 Verified"])
        #expect(
            throws: BrokerError(.userError, "Phone number +4915112345678 is verified already")
        ) { try bench.sandbox("+4915112345678") }
        #expect(try bench.recoveredState() == bench.state)
        _ = try bench.run(.deleteSMSSandboxPhoneNumber(bench.phone("+4915112345678")))
        let missing = BrokerError(
            .resourceNotFound, "Phone number +4915112345678 is not in the sandbox")
        #expect(throws: missing) { try bench.verify("+4915112345678", password) }
        #expect(throws: missing) {
            try bench.run(.deleteSMSSandboxPhoneNumber(bench.phone("+4915112345678")))
        }
    }

    @Test func aPasswordIsValidForAQuarterOfAnHour() throws {
        try bench.sandbox("+4915112345678", language: "de-DE")
        let password = try password()
        bench.world.advance(milliseconds: 900_000)
        #expect(throws: BrokerError.self) { try bench.verify("+4915112345678", password) }
        // Another one is sent for the asking.
        try bench.sandbox("+4915112345678")
        try bench.verify("+4915112345678", try self.password())
    }

    @Test func aNumberThatCannotBeSentItsPasswordIsNotInTheSandbox() throws {
        bench.world.broker.acceptsMessages = false
        #expect(throws: BrokerError.noRoomForMessages) { try bench.sandbox("+4915112345678") }
        #expect(try bench.sandboxNumbers() == [])
        bench.world.broker.acceptsMessages = true
        try bench.sandbox("+4915112345678")
        #expect(try bench.sandboxNumbers() == ["+4915112345678 Pending"])
    }

    @Test func thereIsAnSMSAccountForEachRegion() throws {
        for (region, name) in [("us-east-1", "b"), ("eu-west-1", "a"), ("ap-south-1", "c")] {
            bench.caller.region = region
            try set("DefaultSenderID", name)
        }
        bench.world.beginSnapshot()
        bench.world.finishSnapshot()
        #expect(try bench.recoveredState() == bench.state)
    }

    @Test func theSandboxHasTenNumbers() throws {
        for number in 0..<10 { try bench.sandbox("+491511234567\(number)") }
        #expect(throws: BrokerError(.userError, "The sandbox has 10 phone numbers already")) {
            try bench.sandbox("+4915112345680")
        }
        #expect(try bench.sandboxNumbers().count == 10)
        #expect(try bench.sandboxNumbers(maxResults: 3).count == 10)
        #expect(throws: BrokerError.self) { try bench.sandboxNumbers(maxResults: 0) }
        #expect(throws: BrokerError.self) { try bench.sandboxNumbers(maxResults: 101) }
        #expect(throws: BrokerError.self) { try bench.sandbox("+4915112345680", language: "xx") }
        guard case .truth(true) = try bench.run(.getSMSSandboxAccountStatus) else {
            Issue.record("an account is in the sandbox")
            return
        }
    }

    @Test func thereAreNoOriginationNumbers() throws {
        guard case .originationNumbers = try bench.run(.listOriginationNumbers(bench.list(nil)))
        else {
            Issue.record("the list has its own answer")
            return
        }
        var list = bench.list(nil)
        list.maxResults = 31
        #expect(throws: BrokerError.self) { try bench.run(.listOriginationNumbers(list)) }
        #expect(throws: BrokerError(.invalidParameter, "Invalid parameter: NextToken")) {
            try bench.run(.listOriginationNumbers(bench.list("next")))
        }
    }
}
