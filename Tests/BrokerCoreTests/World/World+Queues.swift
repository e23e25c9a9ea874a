@testable import BrokerCore

extension World {
    /// Creates a queue for tests that are about something else.
    func createQueue(
        _ name: String, _ attributes: [(name: String, value: String)] = [],
        from caller: Caller = Caller(account: .anonymous, region: "us-east-1")
    ) throws(BrokerError) {
        var create = CreateQueue()
        create.name = name
        create.attributes = attributes
        _ = try perform(.createQueue(create), from: caller)
    }
}
