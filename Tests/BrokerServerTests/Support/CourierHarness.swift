import BrokerNode
import Glibc

@testable import BrokerServer

/// A courier with a poller of its own and a clock that only the test moves.
final class CourierHarness {
    let courier: HTTPCourier
    var now: UInt64 = 1_000_000
    /// What came, by parcel.
    private(set) var results: [UInt64: ParcelResult] = [:]
    private(set) var elapsed: [UInt64: UInt64] = [:]
    /// How many results came, so that a second one for a parcel is noticed.
    private(set) var resultCount = 0
    private(set) var eventCount = 0

    private let poller: Poller
    private let wake: Wake

    init(
        authorities: String? = nil, sendmail: [String] = [],
        connectionLimit: Int = CourierLimits.connections, lookup: NameResolver.Lookup? = nil
    ) throws {
        signal(SIGPIPE, SIG_IGN)
        poller = try Poller()
        wake = try Wake()
        try poller.add(wake.number, key: EventKey.wake.bits, interest: .read)
        courier = HTTPCourier(
            poller: poller, wake: wake, trust: try CourierTrust(authorities: authorities),
            sendmail: sendmail, connectionLimit: connectionLimit, lookup: lookup)
    }

    deinit { courier.closeAll() }

    /// Sends a parcel by HTTP.
    func post(
        _ number: UInt64, to url: String, headers: [(name: String, value: String)] = [],
        body: String = "hello", timeout: UInt64 = 15_000
    ) {
        courier.send(
            Parcel(
                number: number, address: .http(url: url, headers: headers),
                body: Array(body.utf8), timeoutMilliseconds: timeout), at: now)
    }

    /// Sends a parcel by mail.
    func mail(
        _ number: UInt64, to recipient: String, body: String = "Subject: hello\n\nhello\n",
        timeout: UInt64 = 15_000
    ) {
        courier.send(
            Parcel(
                number: number, address: .mail(recipient: recipient), body: Array(body.utf8),
                timeoutMilliseconds: timeout), at: now)
    }

    /// One turn of a main loop, which sleeps for at most that long.
    func turn(milliseconds: Int32 = 20) {
        let isDue = courier.nextDeadline.map { $0 <= now } ?? false
        poller.wait(milliseconds: isDue ? 0 : milliseconds)
        while let event = poller.takeEvent() {
            eventCount += 1
            switch EventKey(bits: event.key) {
            case .courier(let key): courier.take(key, at: now)
            default: wake.clear()
            }
        }
        courier.advance(at: now)
        courier.takeResults { number, result, elapsed in
            results[number] = result
            self.elapsed[number] = elapsed
            resultCount += 1
        }
    }

    /// Turns until `condition` holds; false when it does not within a minute.
    func turn(until condition: () -> Bool) -> Bool {
        let end = SystemClock.monotonicMilliseconds() + 60_000
        while !condition() {
            guard SystemClock.monotonicMilliseconds() < end else { return false }
            turn()
        }
        return true
    }

    /// Turns until that many results have come.
    func turn(untilResults count: Int) -> Bool { turn { resultCount >= count } }

    /// Turns until the loop would sleep: nothing is due and nothing is reported any more.
    func settle() -> Bool {
        turn {
            let before = eventCount
            turn(milliseconds: 5)
            return eventCount == before && (courier.nextDeadline ?? .max) > now
        }
    }

    /// The status and the body that came for a parcel.
    func answer(_ number: UInt64) -> String? {
        guard case .answered(let status, let body) = results[number] else { return nil }
        return "\(status) \(String(decoding: body, as: UTF8.self))"
    }

    /// Why a parcel failed.
    func failure(_ number: UInt64) -> String? {
        guard case .failed(let reason) = results[number] else { return nil }
        return reason
    }
}
