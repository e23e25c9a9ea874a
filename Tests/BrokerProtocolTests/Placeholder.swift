import Testing

@testable import BrokerProtocol
