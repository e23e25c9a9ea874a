import Bytes
import Testing

@testable import BrokerCore

/// What happens where something is full, or has been asked for very often.
@Suite struct BoundsTests {
    private let scenario = Scenario()

    private func run(_ line: String) throws -> [String] { try scenario.run(line) }

    @Test func oldDeletionsAreForgottenAndYoungOnesAreNot() throws {
        let rests =
            "error queueDeletedRecently: You must wait 60 seconds after deleting a queue before "
            + "you can create another with the same name."
        for number in 0..<70 {
            _ = try run("create q\(number)")
            #expect(try run("delete-queue q\(number)") == ["ok"])
        }
        _ = try run("advance 30s")
        _ = try run("create late")
        _ = try run("delete-queue late")
        _ = try run("advance 31s")
        _ = try run("create last")
        _ = try run("delete-queue last")
        #expect(scenario.world.broker.deletedNames.list.map(\.identity.name) == ["late", "last"])
        #expect(try run("create late") == [rests])
        #expect(try run("create last") == [rests])
        #expect(try run("create q69") == ["ok"])
        scenario.world.beginSnapshot()
        scenario.world.finishSnapshot()
        try scenario.restart(fromSnapshot: true)
        #expect(try run("create late") == [rests])
        _ = try run("advance 30s")
        #expect(try run("create late") == ["ok"])
        #expect(try run("create last") == [rests])
    }

    @Test func anAccountHasAHundredMoveTasksAtATime() throws {
        _ = try run("create target")
        for number in 0...Limits.moveTasksPerAccount {
            _ = try run("create dead\(number)")
            _ = try run("create q\(number) redrive=dead\(number)/1")
            _ = try run("send-many dead\(number) 9 x")
        }
        for number in 0..<Limits.moveTasksPerAccount {
            #expect(try run("move-task start dead\(number) to=target rate=1") == ["t\(number + 1)"])
        }
        let last = "move-task start dead\(Limits.moveTasksPerAccount) to=target rate=1"
        #expect(
            try run(last)
                == [
                    "error overLimit: The maximum number of active message movement tasks of the "
                        + "account is 100."
                ])
        #expect(try run("move-task cancel t7") == ["1 moved"])
        #expect(try run(last) == ["t101"])
    }

    /// The heap of lanes is made anew when most of its entries are out of date; what is noisy stays
    /// behind the others, and is not forgotten.
    @Test func noisyGroupsKeepTheirPlaceWhenTheOrderOfLanesIsMadeAnew() throws {
        _ = try run("create orders VisibilityTimeout=600")
        _ = try run("send-many orders 310 n group=noisy")
        #expect(try run("receive-many orders 300") == ["300 of noisy"])
        let groups = 60
        for group in 0..<groups { _ = try run("send-many orders 29 x group=g\(group)") }
        let count = groups * 29
        let first = try run("receive-many orders \(count)")
        #expect(first[0].hasPrefix("29 of g0, 29 of g1, "))
        let backlog = try #require(scenario.world.broker.store.backlogs.last ?? nil)
        #expect(backlog.noisy.count == 1)
        // They come back youngest first, so that each return changes the first message of a lane.
        var most = 0
        for number in (301...300 + count).reversed() {
            #expect(try run("visibility orders h\(number) 0") == ["ok"])
            most = max(most, backlog.quiet?.count ?? 0)
        }
        #expect(most <= 4 * backlog.laneCount + 1024)
        #expect(most > 4 * backlog.laneCount && most < count)
        #expect(InvariantChecker.faults(of: scenario.world.broker).isEmpty)
        #expect(try run("receive-many orders \(count)") == first)
        #expect(try run("receive-many orders 100") == ["10 of noisy"])
    }

    @Test func oneTargetIsPublishedToAtATime() throws {
        let bench = TopicBench()
        var publish = Publish()
        publish.topicARN = try bench.createTopic("news")
        publish.message.message = "hello"
        _ = try bench.run(.publish(publish))
        let refusal = BrokerError.invalidParameter(
            "Only one of TopicArn, TargetArn and PhoneNumber can be specified")
        publish.targetARN = publish.topicARN
        #expect(throws: refusal) { try bench.run(.publish(publish)) }
        publish.targetARN = nil
        publish.phoneNumber = "+4915112345678"
        #expect(throws: refusal) { try bench.run(.publish(publish)) }
    }
}
