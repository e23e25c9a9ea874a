import Bytes
import Testing

@Suite struct TimingWheelTests {
    struct Double {
        var timer: UInt32
        var deadline: UInt64
        var payload: UInt64
    }

    /// How far ahead a deadline lies: from this very millisecond to three centuries.
    static func distance(_ shuffle: inout Shuffle) -> UInt64 {
        let reach: [UInt64] = [1, 4, 300, 70_000, 43_200_000, 1_209_600_000, 1 << 40]
        return shuffle.next() % reach[shuffle.below(reach.count)]
    }

    @Test(arguments: 0..<16 as Range<UInt64>)
    func aWheelBehavesLikeASortedArray(seed: UInt64) {
        var shuffle = Shuffle(seed: seed)
        var now: UInt64 = seed % 2 == 0 ? 0 : 1_790_000_000_000
        let wheel = TimingWheel(startingAt: seed % 4 < 2 ? now : 0)
        var model: [Double] = []
        for step in 0..<4000 {
            switch shuffle.below(8) {
            case 0 where !model.isEmpty:
                wheel.cancel(model.remove(at: shuffle.below(model.count)).timer)
            case 1 where !model.isEmpty:
                let place = shuffle.below(model.count)
                model[place].deadline = now + Self.distance(&shuffle)
                wheel.reschedule(model[place].timer, at: model[place].deadline)
                #expect(wheel.deadline(of: model[place].timer) == model[place].deadline)
            case 2, 3:
                now += Self.distance(&shuffle) >> UInt64(shuffle.below(20))
                Self.expectExpired(wheel, &model, now, atMost: shuffle.below(40))
            default:
                // Some deadlines have passed before they are scheduled.
                let past = shuffle.below(10) == 0 ? min(now, 5) : 0
                let deadline = now + Self.distance(&shuffle) - past
                // The number makes payloads unique, so that the model knows which timer left.
                let payload = UInt64(shuffle.below(1000)) << 32 | UInt64(step)
                let timer = wheel.schedule(at: deadline, payload: payload)
                #expect(timer != 0)
                model.append(Double(timer: timer, deadline: deadline, payload: payload))
            }
            #expect(wheel.count == model.count)
            if let earliest = model.map(\.deadline).min() {
                #expect(wheel.nextDeadline.map { $0 <= earliest } == true)
            } else {
                #expect(wheel.nextDeadline == nil)
            }
        }
        Self.expectExpired(wheel, &model, .max, atMost: .max)
        #expect(wheel.count == 0 && model.isEmpty)
    }

    static func expectExpired(
        _ wheel: TimingWheel, _ model: inout [Double], _ now: UInt64, atMost limit: Int
    ) {
        model.sort { ($0.deadline, $0.payload) < ($1.deadline, $1.payload) }
        for _ in 0..<limit {
            guard let expired = wheel.popExpired(upTo: now) else {
                #expect(model.first.map { $0.deadline > now } ?? true)
                return
            }
            let expected = model.first
            #expect(expired.deadline == expected?.deadline && expired.payload == expected?.payload)
            guard expected != nil else { return }
            model.removeFirst()
        }
    }

    @Test func askingAgainBringsAFarDeadlineCloser() {
        let wheel = TimingWheel()
        let deadline: UInt64 = 50 * 86_400_000 + 12_345
        _ = wheel.schedule(at: deadline, payload: 1)
        var questions = 0
        while let next = wheel.nextDeadline, next < deadline {
            #expect(wheel.popExpired(upTo: next) == nil)
            questions += 1
        }
        #expect(questions <= 8 && wheel.nextDeadline == deadline)
        #expect(wheel.popExpired(upTo: deadline - 1) == nil)
        #expect(wheel.popExpired(upTo: deadline)?.payload == 1)
    }

    @Test func timersOfOneMillisecondLeaveByPayload() {
        let wheel = TimingWheel(startingAt: 1000)
        var shuffle = Shuffle(seed: 4)
        for payload in (0..<5000 as Range<UInt64>).shuffled(using: &shuffle) {
            _ = wheel.schedule(at: 30_000, payload: payload)
        }
        for payload in 0..<5000 as Range<UInt64> {
            #expect(wheel.popExpired(upTo: 40_000)?.payload == payload)
        }
        #expect(wheel.popExpired(upTo: .max) == nil)
    }

    @Test func removingAllForgetsEverything() {
        let wheel = TimingWheel()
        for exponent in 0..<64 as Range<UInt64> {
            _ = wheel.schedule(at: 1 << exponent, payload: 1)
        }
        _ = wheel.schedule(at: .max, payload: 1)
        _ = wheel.popExpired(upTo: 2)
        wheel.removeAll()
        #expect(wheel.count == 0 && wheel.nextDeadline == nil)
        #expect(wheel.popExpired(upTo: .max) == nil)
        _ = wheel.schedule(at: 5, payload: 9)
        #expect(wheel.popExpired(upTo: 5)?.payload == 9)
    }

    @Test func cancellingATimerThatIsGoneStopsTheProcess() async {
        await #expect(processExitsWith: .failure) {
            let wheel = TimingWheel()
            let timer = wheel.schedule(at: 1, payload: 1)
            wheel.cancel(timer)
            wheel.cancel(timer)
        }
    }
}
