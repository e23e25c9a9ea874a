import Testing

@testable import BrokerCore
