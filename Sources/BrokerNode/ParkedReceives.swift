import BrokerProtocol

/// How to answer the receives that wait in the broker.
struct ParkedReceives {
    private var forms: [ConnectionToken: ResponseForm] = [:]

    /// How many wait.
    var count: Int { forms.count }

    /// Notes how to answer the receive of `connection`.
    mutating func insert(_ form: ResponseForm, for connection: ConnectionToken) {
        let before = forms.updateValue(form, forKey: connection)
        precondition(before == nil, "a connection waits for one receive at most")
    }

    /// Forgets the receive of `connection`; nil when none waits.
    mutating func remove(_ connection: ConnectionToken) -> ResponseForm? {
        forms.removeValue(forKey: connection)
    }
}
