import Testing

@testable import BrokerNode
