import Testing

@testable import BrokerServer

@Suite struct CommitPlaceTests {
    /// Where each of `count` commits goes that takes `nanoseconds`: true for the loop.
    private func places(
        of count: Int, in place: inout CommitPlace, byteCount: Int = 4096, nanoseconds: UInt64
    ) -> [Bool] {
        (0..<count).map { _ in
            let isOnLoop = place.isOnLoop(byteCount: byteCount)
            if isOnLoop { place.took(nanoseconds: nanoseconds) }
            return isOnLoop
        }
    }

    @Test func quickCommitsStayOnTheLoop() {
        var place = CommitPlace(mayUseLoop: true)
        let places = places(of: 1000, in: &place, nanoseconds: 100_000)
        #expect(places.allSatisfy { $0 })
    }

    @Test func aStallNowAndThenIsNoReasonToLeaveTheLoop() {
        var place = CommitPlace(mayUseLoop: true)
        for _ in 0..<10 {
            #expect(places(of: 1, in: &place, nanoseconds: 10_000_000_000) == [true])
            let between = places(of: 60, in: &place, nanoseconds: 100_000)
            #expect(between.allSatisfy { $0 })
        }
    }

    @Test func commitsThatAreSlowOnAverageGoToTheDiskThread() {
        var place = CommitPlace(mayUseLoop: true)
        let places = places(of: 1000, in: &place, nanoseconds: 5_000_000)
        // A few until the average tells, then one in 257 to see whether the disk is quick again.
        let tried = places.indices.filter { places[$0] }
        let learning = tried.prefix { $0 == tried.firstIndex(of: $0) }
        #expect(learning.count < 16)
        #expect(tried.dropFirst(learning.count).count == (1000 - learning.count) / 257)
    }

    @Test func aDiskThatIsQuickAgainBringsCommitsBackToTheLoop() {
        var place = CommitPlace(mayUseLoop: true)
        let slow = places(of: 100, in: &place, nanoseconds: 5_000_000)
        #expect(slow.last == false)
        let quick = places(of: 1000, in: &place, nanoseconds: 100_000)
        let back = quick.drop { !$0 }
        #expect(quick.count - back.count < 257)
        #expect(back.allSatisfy { $0 })
    }

    @Test func largeCommitsAndOtherModesNeverUseTheLoop() {
        var place = CommitPlace(mayUseLoop: true)
        let large = places(of: 3, in: &place, byteCount: 2 << 20, nanoseconds: 0)
        #expect(large == [false, false, false])
        var other = CommitPlace(mayUseLoop: false)
        let small = places(of: 3, in: &other, nanoseconds: 0)
        #expect(small == [false, false, false])
    }
}

@Suite struct ProcessorWaitTests {
    @Test func aThreadsWaitForProcessorsOnlyGrows() {
        let wait = ProcessorWait()
        let before = wait.nanoseconds()
        let after = wait.nanoseconds()
        #expect(after >= before)
    }
}
