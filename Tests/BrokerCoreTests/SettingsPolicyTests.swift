import Testing

@testable import BrokerCore

private let queueARN = "arn:aws:sqs:us-east-1:000000000000:q"

@Suite struct SettingsPolicyTests {
    private let invalid = BrokerError(
        .invalidAttributeValue, "Invalid value for the parameter Policy.")

    private func policy(_ statement: String) -> String { #"{"Statement":[\#(statement)]}"# }

    @Test func aPolicyIsKeptAsItWasSet() throws {
        let settings = try QueueSettings(isFIFO: false).changed(by: [("Policy", " " + policyText)])
        #expect(settings.policy == " " + policyText)
        #expect(try settings.changed(by: [("Policy", "")]).policy == nil)
    }

    @Test(arguments: [
        #"{"Effect":"Deny","NotPrincipal":{"AWS":["1","2"]},"NotAction":["SQS:*","*"]}"#,
        #"{"Effect":"Allow","Principal":{"Service":"x"},"Action":"*","Condition":{"A":{"b":1}}}"#,
    ])
    func validStatements(statement: String) throws {
        try QueuePolicy.validate(policy(statement))
        try QueuePolicy.validate(#"{"Version":"2008-10-17","Statement":\#(statement)}"#)
    }

    @Test(arguments: [
        "x", "[]", "null", "{}", #"{"Statement":[]}"#, #"{"Statement":"x"}"#,
        #"{"Version":"2020-01-01","Statement":[{"Effect":"Allow","Principal":"*","Action":"*"}]}"#,
        #"{"Statement":[{"Principal":"*","Action":"sqs:*"}]}"#,
        #"{"Statement":[{"Effect":"allow","Principal":"*","Action":"sqs:*"}]}"#,
        #"{"Statement":[{"Effect":"Allow","Action":"sqs:*"}]}"#,
        #"{"Statement":[{"Effect":"Allow","Principal":"*"}]}"#,
        #"{"Statement":[{"Effect":"Allow","Principal":"*","Action":[]}]}"#,
        #"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sns:Publish"}]}"#,
        #"{"Statement":[{"Effect":"Allow","Principal":"*","Action":7}]}"#,
    ])
    func otherTextsAreRefused(text: String) {
        #expect(throws: invalid) { try QueuePolicy.validate(text) }
        #expect(throws: invalid) {
            try QueueSettings.creating(name: "q", attributes: [("Policy", text)])
        }
    }

    @Test func aPolicyHasLimits() throws {
        let space = QueueLimits.policyBytes - policyText.utf8.count
        try QueuePolicy.validate(policyText + String(repeating: " ", count: space))
        #expect(throws: invalid) {
            try QueuePolicy.validate(policyText + String(repeating: " ", count: space + 1))
        }
        func list(_ count: Int) -> String {
            (0..<count).map { "\"sqs:\($0)\"" }.joined(separator: ",")
        }
        func check(actions: Int = 1, principals: Int = 1, conditions: Int = 1) throws {
            let keys = (0..<conditions).map { "\"\($0)\":1" }.joined(separator: ",")
            try QueuePolicy.validate(
                policy(
                    #"{"Effect":"Allow","Principal":{"AWS":[\#(list(principals))]},"#
                        + #""Action":[\#(list(actions))],"Condition":{"A":{\#(keys)}}}"#))
        }
        try check(actions: 7, principals: 50, conditions: 10)
        #expect(throws: invalid) { try check(actions: 8) }
        #expect(throws: invalid) { try check(principals: 51) }
        #expect(throws: invalid) { try check(conditions: 11) }
        let statement = #"{"Effect":"Allow","Principal":"*","Action":"*"}"#
        func statements(_ count: Int) -> String {
            policy(Array(repeating: statement, count: count).joined(separator: ","))
        }
        try QueuePolicy.validate(statements(20))
        #expect(throws: invalid) { try QueuePolicy.validate(statements(21)) }
    }
}

@Suite struct SettingsPermissionTests {
    private func adding(
        _ label: String?, _ accounts: [String], _ actions: [String], to policy: String? = nil
    ) throws -> String {
        var permission = AddPermission()
        permission.label = label
        permission.accountIDs = accounts
        permission.actions = actions
        return try QueuePolicy.adding(permission, to: policy, queueARN: queueARN)
    }

    private func refusal(_ value: String, _ parameter: String, _ reason: String) -> BrokerError {
        BrokerError(
            .invalidParameterValue,
            "Value \(value) for parameter \(parameter) is invalid. Reason: \(reason)")
    }

    private func missing(_ parameter: String) -> BrokerError {
        BrokerError(.missingParameter, "The request must contain the parameter \(parameter).")
    }

    @Test func oneAccountAndActionAreScalars() throws {
        #expect(
            try adding("alice", ["123456789012"], ["SendMessage"]) == """
                {"Version":"2008-10-17","Id":"\(queueARN)/SQSDefaultPolicy","Statement":[\
                {"Sid":"alice","Effect":"Allow",\
                "Principal":{"AWS":"arn:aws:iam::123456789012:root"},\
                "Action":"SQS:SendMessage","Resource":"\(queueARN)"}]}
                """)
    }

    @Test func severalAreLists() throws {
        let first = try adding("alice", ["123456789012"], ["*"])
        let both = try adding(
            "bob", ["123456789012", "000000000001"], ["ReceiveMessage", "DeleteMessage"], to: first)
        #expect(
            both == first.dropLast(2) + """
                ,{"Sid":"bob","Effect":"Allow","Principal":{"AWS":\
                ["arn:aws:iam::123456789012:root","arn:aws:iam::000000000001:root"]},\
                "Action":["SQS:ReceiveMessage","SQS:DeleteMessage"],"Resource":"\(queueARN)"}]}
                """)
        try QueuePolicy.validate(both)
    }

    @Test func aPolicySetByHandIsExtended() throws {
        let statement = #"{"Effect":"Allow","Principal":"*","Action":"*"}"#
        let version = #""Version":"2012-10-17""#
        let policy = try adding(
            "alice", ["123456789012"], ["SendMessage"],
            to: #"{"Statement":\#(statement),\#(version)}"#)
        #expect(policy.hasPrefix(#"{"Statement":[\#(statement),{"Sid":"alice","#))
        #expect(policy.hasSuffix("}],\(version)}"))
        let removed = try QueuePolicy.removing(label: "alice", from: policy)
        #expect(removed == #"{"Statement":[\#(statement)],\#(version)}"#)
    }

    @Test func aLabelIsUniqueAndPlain() throws {
        let policy = try adding("alice", ["123456789012"], ["*"])
        #expect(throws: refusal("alice", "Label", "Already exists.")) {
            try adding("alice", ["123456789012"], ["SendMessage"], to: policy)
        }
        #expect(throws: missing("Label")) { try adding(nil, ["123456789012"], ["*"]) }
        _ = try adding(String(repeating: "l", count: 80), ["123456789012"], ["*"])
        for label in ["", "a b", "a.b", "ä", String(repeating: "l", count: 81)] {
            let reason =
                "Can only include alphanumeric characters, hyphens, or underscores. "
                + "1 to 80 in length"
            #expect(throws: refusal(label, "Label", reason)) {
                try adding(label, ["123456789012"], ["*"])
            }
        }
    }

    @Test func accountsHaveTwelveDigits() {
        let reason = "Unable to verify."
        #expect(throws: refusal("[]", "PrincipalId", reason)) { try adding("l", [], ["*"]) }
        #expect(throws: refusal("[12345678901, x]", "PrincipalId", reason)) {
            try adding("l", ["123456789012", "12345678901", "x"], ["*"])
        }
    }

    @Test(arguments: [
        "*", "ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "GetQueueUrl",
        "ListDeadLetterSourceQueues", "PurgeQueue", "ReceiveMessage", "SendMessage",
    ])
    func actionsThatCanBeGranted(action: String) throws {
        #expect(
            try adding("l", ["123456789012"], [action]).contains("\"Action\":\"SQS:\(action)\""))
    }

    @Test func otherActionsAreRefused() {
        for action in ["Foo", "sendMessage", "", "SQS:SendMessage"] {
            let reason = "Please refer to the appropriate WSDL for a list of valid actions. "
            #expect(throws: refusal("SQS:" + action, "ActionName", reason)) {
                try adding("l", ["123456789012"], ["SendMessage", action])
            }
        }
        for action in ["CreateQueue", "SetQueueAttributes", "TagQueue", "AddPermission"] {
            let reason = "Only the queue owner is allowed to invoke this action."
            #expect(throws: refusal("SQS:" + action, "ActionName", reason)) {
                try adding("l", ["123456789012"], [action])
            }
        }
        #expect(throws: missing("Actions")) { try adding("l", ["123456789012"], []) }
    }

    @Test func sevenActionsAndTwentyStatementsAreTheMost() throws {
        let seven = Array(repeating: "SendMessage", count: 7)
        _ = try adding("l", ["123456789012"], seven)
        #expect(
            throws: BrokerError(.overLimit, "8 Actions were found, maximum allowed is 7.")
        ) { try adding("l", ["123456789012"], seven + ["*"]) }
        var policy: String?
        for index in 0..<20 {
            policy = try adding("l\(index)", ["123456789012"], ["*"], to: policy)
        }
        #expect(
            throws: BrokerError(.overLimit, "21 Statements were found, maximum allowed is 20.")
        ) { try adding("more", ["123456789012"], ["*"], to: policy) }
    }

    @Test func removingTakesTheStatementAndAtLastThePolicy() throws {
        let alice = try adding("alice", ["123456789012"], ["*"])
        let both = try adding("bob", ["123456789012"], ["*"], to: alice)
        #expect(try QueuePolicy.removing(label: "bob", from: both) == alice)
        #expect(try QueuePolicy.removing(label: "alice", from: alice) == nil)
        for policy in [alice, nil] {
            #expect(throws: refusal("bob", "Label", "can't find label.")) {
                try QueuePolicy.removing(label: "bob", from: policy)
            }
        }
        #expect(throws: missing("Label")) { try QueuePolicy.removing(label: nil, from: alice) }
    }
}
