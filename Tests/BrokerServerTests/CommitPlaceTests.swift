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

    @Test func aSlowCommitSendsTheNextOnesToTheDiskThread() {
        var place = CommitPlace(mayUseLoop: true)
        let places = places(of: 258, in: &place, nanoseconds: 5_000_000)
        #expect(places == [true] + Array(repeating: false, count: 256) + [true])
    }

    @Test func largeCommitsAndOtherModesNeverUseTheLoop() {
        var place = CommitPlace(mayUseLoop: true)
        let large = places(of: 3, in: &place, byteCount: 1 << 20, nanoseconds: 0)
        #expect(large == [false, false, false])
        var other = CommitPlace(mayUseLoop: false)
        let small = places(of: 3, in: &other, nanoseconds: 0)
        #expect(small == [false, false, false])
    }
}
