import Bytes
import Testing

@testable import BrokerCore

extension TopicBench {
    @discardableResult
    func createPlatform(
        _ name: String?, _ platform: String? = "GCM",
        _ attributes: TopicAttributeList? = [("PlatformCredential", "secret")]
    ) throws(BrokerError) -> String {
        var create = CreatePlatformApplication()
        create.name = name
        create.platform = platform
        create.attributes = attributes
        guard case .platformApplication(let arn) = try run(.createPlatformApplication(create))
        else { return "?" }
        return arn
    }

    @discardableResult
    func createDevice(
        _ platform: String?, _ token: String?, data: String? = nil,
        _ attributes: TopicAttributeList = []
    ) throws(BrokerError) -> String {
        var create = CreatePlatformEndpoint()
        create.platformApplicationARN = platform
        create.token = token
        create.customUserData = data
        create.attributes = attributes
        guard case .platformEndpoint(let arn) = try run(.createPlatformEndpoint(create)) else {
            return "?"
        }
        return arn
    }

    func set(_ arn: String, _ attributes: TopicAttributeList?) -> SetAttributes {
        var set = SetAttributes()
        set.arn = arn
        set.attributes = attributes
        return set
    }

    func attributes(ofDevice arn: String?) throws(BrokerError) -> [String: String] {
        Self.map(try run(.getEndpointAttributes(request(arn))))
    }

    func platforms() throws(BrokerError) -> [String] {
        try pages { (token) throws(BrokerError) in
            let outcome = try self.run(.listPlatformApplications(self.list(token)))
            guard case .platformResources(let page, let next) = outcome else { return ([], nil) }
            return (page.map(\.arn), next)
        }
    }

    func devices(of platform: String) throws(BrokerError) -> [String] {
        try pages { (token) throws(BrokerError) in
            var list = self.list(token)
            list.arn = platform
            let outcome = try self.run(.listEndpointsByPlatformApplication(list))
            guard case .platformResources(let page, let next) = outcome else { return ([], nil) }
            return (page.map(\.arn), next)
        }
    }
}

@Suite struct PlatformTests {
    let bench = TopicBench()

    @Test func anApplicationShowsNoSecrets() throws {
        let arn = try bench.createPlatform(
            "app", "GCM",
            [
                ("PlatformCredential", "secret"), ("PlatformPrincipal", "me"),
                ("SuccessFeedbackSampleRate", "50"),
            ])
        #expect(arn == "arn:aws:sns:us-east-1:000000000000:app/GCM/app")
        let read = {
            TopicBench.map(
                try bench.run(.getPlatformApplicationAttributes(bench.request(arn))))
        }
        #expect(try read() == ["Enabled": "true", "SuccessFeedbackSampleRate": "50"])
        _ = try bench.run(
            .setPlatformApplicationAttributes(
                bench.set(arn, [("Enabled", "FALSE"), ("SuccessFeedbackSampleRate", "")])))
        #expect(try read() == ["Enabled": "false"])
        #expect(try bench.platforms() == [arn])
        #expect(try bench.recoveredState() == bench.state)
    }

    @Test func anApplicationHasItsRules() throws {
        #expect(throws: BrokerError.invalidParameter(" Reason: cannot be empty")) {
            try bench.createPlatform("")
        }
        #expect(
            throws: BrokerError.invalidParameter(
                "a b Reason: must contain only characters 'a'-'z', 'A'-'Z', '0'-'9', '_', '-', "
                    + "and '.'")
        ) { try bench.createPlatform("a b") }
        let long = String(repeating: "x", count: 257)
        #expect(
            throws: BrokerError.invalidParameter(
                "\(long) Reason: must be at most 256 characters long")
        ) { try bench.createPlatform(long) }
        #expect(throws: BrokerError.invalidParameter("Platform Reason: PIGEON is not supported")) {
            try bench.createPlatform("app", "PIGEON")
        }
        #expect(throws: BrokerError.self) { try bench.createPlatform("app", "GCM", nil) }
        #expect(
            throws: BrokerError.invalidParameter(
                "Attributes Reason: Invalid attribute name: Colour")
        ) { try bench.createPlatform("app", "GCM", [("Colour", "red")]) }
    }

    @Test(arguments: [
        (
            "PlatformCredential", String(repeating: "x", count: 65_537),
            "Invalid value for attribute: PlatformCredential"
        ),
        (
            "SuccessFeedbackSampleRate", "101",
            "SuccessFeedbackSampleRate: Invalid value [101]. Must be between 0 and 100."
        ),
        (
            "SuccessFeedbackRoleArn", "role",
            "SuccessFeedbackRoleArn Reason: An ARN must have at least 6 elements, not 1"
        ),
        (
            "EventEndpointCreated",
            "arn:aws:sns:us-east-1:0:" + String(repeating: "x", count: 2048),
            "EventEndpointCreated Reason: must be at most 2048 bytes long"
        ),
        ("Enabled", "", "Enabled: Invalid value []. Must be true or false."),
    ])
    func anApplicationsAttributesHaveRules(name: String, value: String, text: String) throws {
        let arn = try bench.createPlatform("app")
        let refusal = BrokerError.invalidParameter("Attributes Reason: \(text)")
        #expect(throws: refusal) {
            try bench.run(.setPlatformApplicationAttributes(bench.set(arn, [(name, value)])))
        }
        #expect(throws: refusal) { try bench.createPlatform("other", "GCM", [(name, value)]) }
        #expect(try bench.platforms() == [arn])
    }

    @Test func anApplicationsRolesAreSetAndRemoved() throws {
        let arn = try bench.createPlatform("app")
        let read = {
            TopicBench.map(
                try bench.run(.getPlatformApplicationAttributes(bench.request(arn))))
        }
        let role = "arn:aws:iam::000000000000:role/log"
        for name in ["FailureFeedbackRoleArn", "EventDeliveryFailure"] {
            _ = try bench.run(.setPlatformApplicationAttributes(bench.set(arn, [(name, role)])))
            #expect(try read()[name] == role)
            _ = try bench.run(.setPlatformApplicationAttributes(bench.set(arn, [(name, "")])))
            #expect(try read()[name] == nil)
        }
    }

    @Test func whatIsToBeSetIsGiven() throws {
        let app = try bench.createPlatform("app")
        let device = try bench.createDevice(app, "token")
        for attributes: TopicAttributeList? in [nil, []] {
            #expect(throws: BrokerError.self) {
                try bench.run(.setPlatformApplicationAttributes(bench.set(app, attributes)))
            }
            #expect(throws: BrokerError.self) {
                try bench.run(.setEndpointAttributes(bench.set(device, attributes)))
            }
            #expect(throws: BrokerError.self) {
                try bench.run(.setSMSAttributes(bench.set("", attributes)))
            }
        }
    }

    @Test func aDeviceHasATokenOfSomeLength() throws {
        let app = try bench.createPlatform("app")
        let refusal = BrokerError.invalidParameter(
            "Token Reason: must be between 1 and 4096 bytes long")
        for token in [nil, "", String(repeating: "x", count: 4097)] {
            #expect(throws: refusal) { try bench.createDevice(app, token) }
        }
        try bench.createDevice(app, String(repeating: "x", count: 4096))
    }

    @Test func anARNOfAnotherKindNamesNoDevice() throws {
        let app = try bench.createPlatform("app")
        let refusal = BrokerError.invalidParameter(
            "EndpointArn Reason: Wrong number of slashes in relative portion of the ARN.")
        for arn in [bench.arn("topic"), app, app + "/x"] {
            #expect(throws: refusal) { try bench.attributes(ofDevice: arn) }
            #expect(throws: refusal) { try bench.run(.deleteEndpoint(bench.request(arn))) }
        }
        #expect(
            throws: BrokerError.invalidParameter(
                "PlatformApplicationArn Reason: Wrong number of slashes in relative portion of "
                    + "the ARN.")
        ) { try bench.run(.deletePlatformApplication(bench.request(bench.arn("topic")))) }
        #expect(throws: BrokerError(.notFound, "PlatformApplication does not exist")) {
            var list = bench.list(nil)
            list.arn = app + "s"
            _ = try bench.run(.listEndpointsByPlatformApplication(list))
        }
    }

    @Test func anApplicationIsFoundAgain() throws {
        let arn = try bench.createPlatform("app")
        #expect(try bench.createPlatform("app") == arn)
        #expect(throws: BrokerError.self) {
            try bench.createPlatform("app", "GCM", [("PlatformCredential", "other")])
        }
        #expect(try bench.createPlatform("app", "ADM") != arn)
    }

    @Test func whatIsNotThereIsNotFound() throws {
        let missing = BrokerError(.notFound, "PlatformApplication does not exist")
        let arn = "arn:aws:sns:us-east-1:000000000000:app/GCM/none"
        #expect(throws: missing) {
            try bench.run(.getPlatformApplicationAttributes(bench.request(arn)))
        }
        #expect(throws: missing) { try bench.createDevice(arn, "t") }
        _ = try bench.run(.deletePlatformApplication(bench.request(arn)))
        #expect(
            throws: BrokerError.invalidParameter(
                "PlatformApplicationArn Reason: Wrong number of slashes in relative portion of "
                    + "the ARN.")
        ) { try bench.createDevice(bench.arn("topic"), "t") }
        #expect(
            throws: BrokerError.invalidParameter(
                "PlatformApplicationArn Reason: An ARN must have at least 6 elements, not 1")
        ) { try bench.createDevice("app", "t") }
        let device = "arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/x"
        #expect(throws: BrokerError(.notFound, "Endpoint does not exist")) {
            try bench.attributes(ofDevice: device)
        }
        _ = try bench.run(.deleteEndpoint(bench.request(device)))
    }

    @Test func aDeviceIsRegisteredOnce() throws {
        let app = try bench.createPlatform("app")
        let arn = try bench.createDevice(app, "token", data: "mine")
        #expect(arn.hasPrefix("arn:aws:sns:us-east-1:000000000000:endpoint/GCM/app/"))
        #expect(
            try bench.attributes(ofDevice: arn)
                == ["Enabled": "true", "Token": "token", "CustomUserData": "mine"])
        #expect(try bench.createDevice(app, "token", data: "mine") == arn)
        #expect(try bench.createDevice(app, "token") == arn)
        let refusal = BrokerError.invalidParameter(
            "Token Reason: Endpoint \(arn) already exists with the same Token, but different "
                + "attributes.")
        #expect(throws: refusal) { try bench.createDevice(app, "token", data: "yours") }
        #expect(throws: refusal) { try bench.createDevice(app, "token", [("Enabled", "false")]) }
        let other = try bench.createDevice(app, "other")
        #expect(throws: refusal) {
            try bench.run(.setEndpointAttributes(bench.set(other, [("Token", "token")])))
        }
        #expect(try bench.devices(of: app) == [arn, other])
    }

    @Test func aDeviceChanges() throws {
        let app = try bench.createPlatform("app", "APNS")
        let arn = try bench.createDevice(app, "ABCDEF", data: "mine")
        #expect(try bench.attributes(ofDevice: arn)["Token"] == "abcdef")
        _ = try bench.run(
            .setEndpointAttributes(
                bench.set(
                    arn, [("Enabled", "False"), ("Token", "012"), ("CustomUserData", "")])))
        #expect(try bench.attributes(ofDevice: arn) == ["Enabled": "false", "Token": "012"])
        let again = try bench.createDevice(app, "abcdef")
        #expect(again != arn)
        for attributes: TopicAttributeList in [
            [("Colour", "red")], [("Enabled", "maybe")], [("Token", "")],
            [("CustomUserData", String(repeating: "x", count: 2049))],
        ] {
            #expect(throws: BrokerError.self) {
                try bench.run(.setEndpointAttributes(bench.set(arn, attributes)))
            }
        }
        #expect(try bench.recoveredState() == bench.state)
    }

    @Test func messagesGoToDevicesThatAreThereAndEnabled() throws {
        let app = try bench.createPlatform("app")
        let arn = try bench.createDevice(app, "token")
        let publish = { () throws(BrokerError) in
            var publish = Publish()
            publish.targetARN = arn
            publish.message.message = "hello"
            _ = try bench.run(.publish(publish))
        }
        try publish()
        #expect(bench.world.broker.owedDeliveryCount == 1)
        _ = try bench.run(.setEndpointAttributes(bench.set(arn, [("Enabled", "false")])))
        #expect(throws: BrokerError(.endpointDisabled, "Endpoint is disabled")) { try publish() }
        _ = try bench.run(
            .setPlatformApplicationAttributes(bench.set(app, [("Enabled", "false")])))
        #expect(
            throws: BrokerError(
                .platformApplicationDisabled, "Platform application is disabled")
        ) { try publish() }
        _ = try bench.run(.deleteEndpoint(bench.request(arn)))
        #expect(
            throws: BrokerError.invalidParameter(
                "TargetArn Reason: No endpoint found for the target arn specified")
        ) { try publish() }
    }

    @Test func anAttributeWinsOverTheParameterOfItsName() throws {
        let app = try bench.createPlatform("app")
        let arn = try bench.createDevice(
            app, "token", data: "parameter", [("CustomUserData", "attribute")])
        #expect(try bench.attributes(ofDevice: arn)["CustomUserData"] == "attribute")
    }

    @Test func aChangedDeviceKeepsItsPlace() throws {
        let app = try bench.createPlatform("app")
        let arns = try (0..<3).map { try bench.createDevice(app, "t\($0)") }
        _ = try bench.run(.setEndpointAttributes(bench.set(arns[0], [("Enabled", "false")])))
        #expect(try bench.devices(of: app) == arns)
        #expect(try bench.recoveredState() == bench.state)
        for index in [2, 1, 0] {
            _ = try bench.run(.deleteEndpoint(bench.request(arns[index])))
            #expect(try bench.devices(of: app) == Array(arns[..<index]))
        }
    }

    @Test func whatIsGoneForGoodIsDisabledOrOptedOut() throws {
        let topic = try bench.createTopic("news")
        let device = try bench.createDevice(try bench.createPlatform("app"), "token")
        try bench.subscribe(topic, "application", device)
        try bench.subscribe(topic, "sms", "+4915112345678")
        var publish = Publish()
        publish.topicARN = topic
        publish.message.message = "hello"
        _ = try bench.run(.publish(publish))
        for delivery in bench.world.takeDeliveries(limit: 10) {
            let report = try #require(bench.world.finish(delivery, .gone))
            guard case .failed = report.fate else {
                Issue.record("what is gone is not tried again")
                continue
            }
        }
        #expect(bench.world.broker.owedDeliveryCount == 0)
        #expect(try bench.attributes(ofDevice: device)["Enabled"] == "false")
        var phone = Publish()
        phone.phoneNumber = "+4915112345678"
        phone.message.message = "hello"
        #expect(
            throws: BrokerError.invalidParameter(
                "PhoneNumber Reason: +4915112345678 is opted out")
        ) { try bench.run(.publish(phone)) }
        #expect(try bench.recoveredState() == bench.state)
    }

    @Test func aDeviceSubscribes() throws {
        let topic = try bench.createTopic("news")
        let device = try bench.createDevice(try bench.createPlatform("app"), "token")
        let arn = try bench.subscribe(topic, "application", device, returnsARN: false)
        #expect(try bench.attributes(ofSubscription: arn)["Endpoint"] == device)
    }

    @Test func anApplicationTakesItsDevicesWithIt() throws {
        let app = try bench.createPlatform("app")
        var arns: [String] = []
        for number in 0..<150 { arns.append(try bench.createDevice(app, "t\(number)")) }
        #expect(try bench.devices(of: app) == arns)
        _ = try bench.run(.deletePlatformApplication(bench.request(app)))
        #expect(try bench.platforms() == [])
        #expect(throws: BrokerError(.notFound, "Endpoint does not exist")) {
            try bench.attributes(ofDevice: arns[7])
        }
        #expect(try bench.recoveredState() == bench.state)
        #expect(try bench.createPlatform("app") == app)
        #expect(try bench.createDevice(app, "t7") != arns[7])
    }
}
