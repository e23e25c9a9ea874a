import Testing

@testable import BrokerJournal
