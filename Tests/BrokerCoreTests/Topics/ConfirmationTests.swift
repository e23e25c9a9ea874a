import Bytes
import Testing

@testable import BrokerCore

@Suite struct ConfirmationTests {
    let bench = TopicBench()
    let topic: String
    let hook: String

    init() throws {
        topic = try bench.createTopic("orders")
        hook = try bench.subscribe(topic, "http", "http://example.com/")
    }

    private var missing: BrokerError { BrokerError(.notFound, "Subscription does not exist") }

    @Test func aTokenConfirmsAsOftenAsItComes() throws {
        let token = bench.token(hook)
        #expect(try bench.confirm(topic, token) == hook)
        #expect(try bench.confirm(topic, token) == hook)
        #expect(try bench.confirm(topic, token.uppercased()) == hook)
        let attributes = try bench.attributes(ofSubscription: hook)
        #expect(attributes["PendingConfirmation"] == "false")
        #expect(attributes["ConfirmationWasAuthenticated"] == "false")
    }

    @Test func theNameOfTheTopicDoesNotMatterButItsRegionDoes() throws {
        let token = bench.token(hook)
        #expect(throws: BrokerError.invalidParameter("Topic")) {
            try bench.confirm("arn:aws:sns:eu-west-1:000000000000:orders", token)
        }
        // A link is followed without a region of its own.
        bench.caller.region = "eu-west-1"
        #expect(try bench.confirm("arn:aws:sns:us-east-1:000000000000:other", token) == hook)
    }

    @Test func aTokenIsMalformedOrUnknown() throws {
        for token in [nil, "", "randomtoken", "abc123", String(repeating: "z", count: 60)] {
            #expect(throws: BrokerError(.invalidParameter, "Invalid token")) {
                try bench.confirm(topic, token)
            }
        }
        let token = bench.token(hook)
        let digits = "0123456789abcdef"
        let wrong = [
            String(repeating: "a1", count: 120), String(repeating: "0", count: 40), token + "00",
            token.dropLast() + String(digits.first { $0 != token.last } ?? "0"),
        ]
        for token in wrong {
            #expect(throws: BrokerError.invalidParameter("Token")) {
                try bench.confirm(topic, token)
            }
        }
        #expect(try bench.attributes(ofTopic: topic)["SubscriptionsPending"] == "1")
    }

    @Test func aTokenIsValidForTwoDays() throws {
        let token = bench.token(hook)
        bench.world.advance(milliseconds: 172_800_000 - 1)
        #expect(try bench.attributes(ofSubscription: hook)["PendingConfirmation"] == "true")
        bench.world.advance(milliseconds: 1)
        #expect(throws: missing) { try bench.attributes(ofSubscription: hook) }
        #expect(throws: BrokerError.invalidParameter("Token")) {
            try bench.confirm(topic, token)
        }
        #expect(bench.world.broker.topics.subscriptions.count == 2)
        #expect(try bench.recoveredState() == bench.state)
    }

    @Test func subscribingAgainProlongsTheToken() throws {
        let token = bench.token(hook)
        bench.world.advance(milliseconds: 100_000_000)
        #expect(try bench.subscribe(topic, "http", "http://example.com/") == hook)
        bench.world.advance(milliseconds: 100_000_000)
        #expect(try bench.confirm(topic, token) == hook)
        bench.world.advance(milliseconds: 200_000_000)
        #expect(try bench.attributes(ofSubscription: hook)["PendingConfirmation"] == "false")
    }

    @Test func aTokenOutlivesARestart() throws {
        let token = bench.token(hook)
        try bench.world.restart()
        #expect(try bench.confirm(topic, token) == hook)
        bench.world.beginSnapshot()
        bench.world.finishSnapshot()
        try bench.world.restartFromSnapshot()
        try bench.unsubscribe(hook)
        let again = bench.token(hook)
        try bench.world.restart()
        #expect(try bench.confirm(topic, again) == hook)
    }

    @Test func anUnsubscribedEndpointCanComeBackWithItsNewToken() throws {
        try bench.setSubscription(hook, "RawMessageDelivery", "true")
        let token = bench.token(hook)
        try bench.confirm(topic, token)
        let owed = bench.world.broker.owedDeliveryCount
        try bench.unsubscribe(hook)
        #expect(bench.world.broker.owedDeliveryCount == owed + 1)
        #expect(throws: missing) { try bench.attributes(ofSubscription: hook) }
        #expect(try bench.subscriptions(of: topic).isEmpty)
        let again = bench.token(hook)
        #expect(again != token)
        #expect(throws: BrokerError.invalidParameter("Token")) {
            try bench.confirm(topic, token)
        }
        #expect(try bench.confirm(topic, again) == hook)
        #expect(try bench.confirm(topic, again) == hook)
        #expect(try bench.attributes(ofSubscription: hook)["RawMessageDelivery"] == "true")
        let counts = try bench.attributes(ofTopic: topic)
        #expect(counts["SubscriptionsConfirmed"] == "1" && counts["SubscriptionsDeleted"] == "1")
        #expect(try bench.recoveredState() == bench.state)
    }

    @Test func whoeverSubscribedMeanwhileIsFoundByAnOldToken() throws {
        try bench.confirm(topic, bench.token(hook))
        try bench.unsubscribe(hook)
        let token = bench.token(hook)
        let other = try bench.subscribe(topic, "http", "http://example.com/")
        #expect(other != hook)
        #expect(try bench.confirm(topic, token) == other)
    }

    @Test func anUnsubscribedEndpointIsForgottenAfterTwoDays() throws {
        try bench.confirm(topic, bench.token(hook))
        try bench.unsubscribe(hook)
        let token = bench.token(hook)
        // The confirmations succeed, and nothing is owed any more.
        for delivery in bench.world.takeDeliveries(limit: 10) {
            _ = bench.world.finish(delivery, .delivered)
        }
        #expect(bench.world.broker.topics.subscriptions[1] != nil)
        bench.world.advance(milliseconds: 172_800_000)
        #expect(bench.world.broker.topics.subscriptions[1] == nil)
        #expect(throws: BrokerError.invalidParameter("Token")) {
            try bench.confirm(topic, token)
        }
    }

    @Test func aDeletedTopicTakesNobodyBack() throws {
        try bench.confirm(topic, bench.token(hook))
        try bench.unsubscribe(hook)
        let token = bench.token(hook)
        try bench.deleteTopic(topic)
        #expect(throws: BrokerError(.notFound, "Topic does not exist")) {
            try bench.confirm(topic, token)
        }
        #expect(bench.world.broker.topics.topics[1] != nil)
        for delivery in bench.world.takeDeliveries(limit: 10) {
            _ = bench.world.finish(delivery, .delivered)
        }
        bench.world.advance(milliseconds: 172_800_000)
        #expect(bench.world.broker.topics.topics[1] == nil)
    }

    @Test func aPendingSubscriptionEndsInSilence() throws {
        let owed = bench.world.broker.owedDeliveryCount
        try bench.unsubscribe(hook)
        #expect(bench.world.broker.owedDeliveryCount == owed)
        try bench.unsubscribe(hook)
        #expect(try bench.attributes(ofTopic: topic)["SubscriptionsPending"] == "0")
    }

    @Test func unsubscribingCanAskForASignature() throws {
        let token = bench.token(hook)
        try bench.confirm(topic, token, authenticate: "true", isSigned: true)
        let attributes = try bench.attributes(ofSubscription: hook)
        #expect(attributes["ConfirmationWasAuthenticated"] == "true")
        #expect(
            throws: BrokerError(
                .authorizationError,
                "Unsubscribe of this subscription requires an authenticated request")
        ) { try bench.unsubscribe(hook, isSigned: false) }
        try bench.unsubscribe(hook)
        #expect(throws: missing) { try bench.attributes(ofSubscription: hook) }
    }

    @Test func anUnsignedConfirmationCannotAskForSignatures() throws {
        try bench.confirm(topic, bench.token(hook), authenticate: "true")
        try bench.unsubscribe(hook, isSigned: false)
        #expect(throws: missing) { try bench.attributes(ofSubscription: hook) }
        let other = try bench.subscribe(topic, "http", "http://example.com/b")
        #expect(throws: BrokerError.self) {
            try bench.confirm(topic, bench.token(other), authenticate: "maybe")
        }
    }

    @Test func onlyConfirmedSubscriptionsAreFiltered() throws {
        let found = { () -> [UInt32] in
            var facts = MessageFacts(attributes: ByteView(), body: "x")
            var matches: [UInt32] = []
            bench.world.broker.topics.topics[1]?.filters.matching(&facts, into: &matches)
            return matches
        }
        #expect(found() == [])
        try bench.confirm(topic, bench.token(hook))
        #expect(found() == [1])
        try bench.setSubscription(hook, "FilterPolicy", #"{"a":["x"]}"#)
        #expect(found() == [])
        try bench.setSubscription(hook, "FilterPolicy", "{}")
        #expect(found() == [1])
        try bench.unsubscribe(hook)
        #expect(found() == [])
    }
}
