import Bytes
import Testing

@testable import BrokerCore

@Suite struct DeliveryPolicyTests {
    private func rules(_ members: String) throws(AttributeFault) -> RetryRules {
        let policy = try DeliveryPolicy(
            ofSubscription: "{\"healthyRetryPolicy\":{\(members)}}")
        return policy.retry ?? RetryRules()
    }

    private func seconds(_ rules: RetryRules) -> [Double] {
        (1...max(rules.retries, 1)).compactMap { rules.delay(ofRetry: $0) }
            .map { Double($0) / 1000 }
    }

    @Test func theDefaultIsThreeRetriesTwentySecondsApart() throws {
        #expect(seconds(RetryRules()) == [20, 20, 20])
        #expect(RetryRules().delay(ofRetry: 4) == nil)
        #expect(try rules("") == RetryRules())
    }

    @Test func thePhasesFollowEachOther() throws {
        let rules = try rules(
            """
            "minDelayTarget":2,"maxDelayTarget":10,"numRetries":9,"numNoDelayRetries":2,\
            "numMinDelayRetries":2,"numMaxDelayRetries":1
            """)
        #expect(seconds(rules) == [0, 0, 2, 2, 2, 4.666, 7.333, 10, 10])
    }

    @Test(arguments: [
        ("linear", [1, 3.5, 6, 8.5, 11]), ("arithmetic", [1, 2, 4, 7, 11]),
        ("geometric", [1, 1.821, 3.316, 6.04, 11]),
        ("exponential", [1, 1.666, 3, 5.666, 11]),
    ])
    func theDelayGrowsAsTheFunctionSays(name: String, delays: [Double]) throws {
        let rules = try rules(
            """
            "minDelayTarget":1,"maxDelayTarget":11,"numRetries":5,"backoffFunction":"\(name)"
            """)
        for (delay, expected) in zip(seconds(rules), delays) {
            #expect(abs(delay - expected) < 0.002)
        }
    }

    @Test func aBackoffOfOneRetryHasTheMinimum() throws {
        #expect(
            seconds(try rules(#""minDelayTarget":1,"maxDelayTarget":60,"numRetries":1"#)) == [1])
        #expect(seconds(try rules(#""numRetries":0"#)) == [])
    }

    @Test(arguments: [
        (#""minDelayTarget":0"#, "minDelayTarget must be greater than or equal to 1"),
        (#""maxDelayTarget":3601"#, "maxDelayTarget must be less than or equal to 3600"),
        (#""numRetries":101"#, "numRetries must be less than or equal to 100"),
        (#""numRetries":-1"#, "numRetries must be greater than or equal to 0"),
        (#""numRetries":"3""#, "numRetries must be an integer"),
        (#""numRetries":1.5"#, "numRetries must be an integer"),
        (
            #""minDelayTarget":30"#,
            "maxDelayTarget must be greater than or equal to minDelayTarget"
        ),
        (
            #""numNoDelayRetries":2,"numMinDelayRetries":2"#,
            "numRetries must be greater than or equal to the sum of numNoDelayRetries, "
                + "numMinDelayRetries and numMaxDelayRetries"
        ),
        (
            #""numNoDelayRetries":9223372036854775807,"numMinDelayRetries":9223372036854775807"#,
            "numRetries must be greater than or equal to the sum of numNoDelayRetries, "
                + "numMinDelayRetries and numMaxDelayRetries"
        ),
        (
            #""backoffFunction":"cubic""#,
            "backoffFunction must be one of linear, arithmetic, geometric, exponential"
        ),
    ])
    func aRuleThatIsBrokenIsNamed(members: String, text: String) {
        #expect(throws: AttributeFault("DeliveryPolicy: healthyRetryPolicy.\(text)")) {
            try rules(members)
        }
        #expect(
            throws: AttributeFault("DeliveryPolicy: http.defaultHealthyRetryPolicy.\(text)")
        ) {
            try DeliveryPolicy(ofTopic: "{\"http\":{\"defaultHealthyRetryPolicy\":{\(members)}}}")
        }
    }

    @Test func allDelaysTogetherTakeAnHourAtMost() throws {
        let hour = try rules(#""minDelayTarget":36,"maxDelayTarget":36,"numRetries":100"#)
        #expect(seconds(hour).reduce(0, +) == 3600)
        #expect(
            throws: AttributeFault(
                "DeliveryPolicy: healthyRetryPolicy must not take more than 3600 seconds in total")
        ) { try rules(#""minDelayTarget":37,"maxDelayTarget":37,"numRetries":100"#) }
    }

    @Test(arguments: [
        "{", "[]", "7", #"{"healthyRetryPolicy":7}"#, #"{"throttlePolicy":[]}"#,
        #"{"throttlePolicy":{"maxReceivesPerSecond":0}}"#,
        #"{"requestPolicy":{"headerContentType":"video/mp4"}}"#,
        #"{"requestPolicy":{"headerContentType":"text/plain\r\nX: y"}}"#,
        #"{"disableSubscriptionOverrides":1}"#,
    ])
    func otherFaultsAreRefused(text: String) {
        #expect(throws: AttributeFault.self) { try DeliveryPolicy(ofSubscription: text) }
    }

    @Test(arguments: [#"{"healthyRetryPolicy":{}}"#, #"{"http":[]}"#])
    func theDocumentOfATopicIsAboutHTTP(text: String) {
        #expect(throws: AttributeFault("DeliveryPolicy: http must be an object")) {
            try DeliveryPolicy(ofTopic: text)
        }
    }

    @Test func nullIsTheDefault() throws {
        let policy = try DeliveryPolicy(
            ofSubscription: """
                {"healthyRetryPolicy":{"numRetries":null},"sicklyRetryPolicy":null,\
                "throttlePolicy":{"maxReceivesPerSecond":null},"requestPolicy":null,\
                "guaranteed":false}
                """)
        #expect(policy.retry == RetryRules())
        #expect(policy.maxReceivesPerSecond == nil && policy.contentType == nil)
    }
}

@Suite struct RetryPlanTests {
    let bench = TopicBench()

    private func plan(
        topic: String?, subscription: String?, isRaw: Bool = false
    ) throws -> RetryPlan {
        let arn = try bench.createTopic("t", topic.map { [("DeliveryPolicy", $0)] } ?? [])
        var attributes: TopicAttributeList = [("RawMessageDelivery", String(isRaw))]
        if let subscription { attributes.append(("DeliveryPolicy", subscription)) }
        try bench.subscribe(arn, "http", "http://example.com/", attributes)
        let subscription = try #require(bench.world.broker.topics.subscriptions[1])
        return bench.world.broker.retryPlan(for: subscription)
    }

    private let ofTopic = """
        {"http":{"defaultHealthyRetryPolicy":{"numRetries":7},"defaultThrottlePolicy":\
        {"maxReceivesPerSecond":5},"defaultRequestPolicy":\
        {"headerContentType":"application/json"}}}
        """

    @Test func withoutPoliciesTheDefaultHolds() throws {
        let plan = try plan(topic: nil, subscription: nil)
        #expect(plan == RetryPlan())
        #expect(plan.contentType == "text/plain; charset=UTF-8")
        #expect(plan.delay(afterAttempts: 3, jitter: 0) == 20_000)
        #expect(plan.delay(afterAttempts: 4, jitter: 0) == nil)
    }

    @Test func theTopicsPolicyHoldsWhereTheSubscriptionHasNone() throws {
        let plan = try plan(
            topic: ofTopic, subscription: #"{"throttlePolicy":{"maxReceivesPerSecond":1}}"#)
        #expect(plan.rules.retries == 7)
        #expect(plan.maxReceivesPerSecond == 1)
        #expect(plan.contentType == "application/json")
    }

    @Test func theSubscriptionsPolicyGoesFirst() throws {
        let plan = try plan(
            topic: ofTopic,
            subscription: """
                {"healthyRetryPolicy":{"numRetries":1},"requestPolicy":\
                {"headerContentType":"text/plain"}}
                """)
        #expect(plan.rules.retries == 1)
        #expect(plan.maxReceivesPerSecond == 5)
        #expect(plan.contentType == "text/plain")
    }

    @Test func aTopicCanForbidOverrides() throws {
        let plan = try plan(
            topic: ofTopic.replacing(
                "{\"http\":{", with: "{\"http\":{\"disableSubscriptionOverrides\":true,"),
            subscription: #"{"healthyRetryPolicy":{"numRetries":1}}"#)
        #expect(plan.rules.retries == 7)
        let effective = try bench.attributes(
            ofSubscription: bench.subscriptions(of: bench.arn("t"))[0].arn == "PendingConfirmation"
                ? bench.world.broker.topics.subscriptions[1]?.arn : nil)["EffectiveDeliveryPolicy"]
        #expect(effective?.contains("\"numRetries\":7") == true)
    }

    @Test(arguments: [(true, "text/csv"), (false, "text/plain; charset=UTF-8")])
    func mostContentTypesAreForRawMessages(isRaw: Bool, type: String) throws {
        let plan = try plan(
            topic: nil, subscription: #"{"requestPolicy":{"headerContentType":"text/csv"}}"#,
            isRaw: isRaw)
        #expect(plan.contentType == type)
    }

    @Test func theEffectivePolicyIsWrittenOut() throws {
        let policy = try DeliveryPolicy(ofTopic: ofTopic)
        #expect(
            DeliveryPolicy.effectiveText(ofSubscription: nil, topic: policy) == """
                {"healthyRetryPolicy":{"minDelayTarget":20,"maxDelayTarget":20,"numRetries":7,\
                "numMaxDelayRetries":0,"numNoDelayRetries":0,"numMinDelayRetries":0,\
                "backoffFunction":"linear"},"sicklyRetryPolicy":null,"throttlePolicy":\
                {"maxReceivesPerSecond":5},"requestPolicy":{"headerContentType":\
                "application/json"},"guaranteed":false}
                """)
        #expect(
            DeliveryPolicy.effectiveText(ofSubscription: nil, topic: nil).contains(
                #""throttlePolicy":null"#))
        #expect(
            DeliveryPolicy.effectiveText(ofTopic: policy).contains(
                #""defaultThrottlePolicy":{"maxReceivesPerSecond":5}"#))
    }

    @Test func queuesFunctionsAndStreamsAreRetriedFor23Days() {
        let plan = RetryPlan(for: .lambda)
        let delays = (1...15).compactMap { plan.delay(afterAttempts: $0, jitter: 0) }
        #expect(delays[..<5] == [0, 0, 0, 1000, 1000])
        #expect(delays[5] == 1000 && delays[14] == 20_000)
        #expect(plan.delay(afterAttempts: 100_015, jitter: 0) == 20_000)
        #expect(plan.delay(afterAttempts: 100_016, jitter: 0) == nil)
    }

    @Test(arguments: [SubscriptionProtocol.sms, .email, .application])
    func mailAndPhonesAreRetriedForSixHours(kind: SubscriptionProtocol) {
        let plan = RetryPlan(for: kind)
        let delays = (1...50).compactMap { plan.delay(afterAttempts: $0, jitter: 0) }
        #expect(delays.count == 50)
        #expect(plan.delay(afterAttempts: 51, jitter: 0) == nil)
        #expect(delays[..<3] == [10_000, 10_000, 10_000] && delays[49] == 600_000)
        let hours = Double(delays.reduce(0, +)) / 3_600_000
        #expect(hours > 6 && hours < 7)
    }

    @Test func jitterAddsUpToATenth() {
        for jitter in [0, 1, 511, 1023, UInt64.max] {
            let delay = RetryPlan().delay(afterAttempts: 1, jitter: jitter) ?? 0
            #expect(delay >= 20_000 && delay < 22_000)
        }
        #expect(RetryPlan().delay(afterAttempts: 1, jitter: 1023) == 21_998)
    }

    @Test func theArchiveIsTriedForEver() {
        #expect(RetryPlan.archive.delay(afterAttempts: 1_000_000_000, jitter: 0) == 1000)
    }
}
