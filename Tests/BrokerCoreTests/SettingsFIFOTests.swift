import Testing

@testable import BrokerCore

@Suite struct SettingsFIFOTests {
    private func unknown(_ name: String) -> BrokerError {
        BrokerError(.invalidAttributeName, "Unknown Attribute \(name).")
    }

    private func onlyFIFO(_ name: String) -> BrokerError {
        BrokerError(
            .invalidAttributeName, "You can specify the \(name) only when FifoQueue is set to true."
        )
    }

    @Test func aStandardQueueKnowsNoFIFOAttributes() {
        for (name, value) in [("FifoQueue", "false"), ("ContentBasedDeduplication", "false")] {
            #expect(throws: unknown(name)) {
                try QueueSettings.creating(name: "q", attributes: [(name, value)])
            }
            #expect(throws: unknown(name)) {
                try QueueSettings(isFIFO: false).changed(by: [(name, value)])
            }
        }
        #expect(throws: unknown("FifoQueue")) {
            try QueueSettings(isFIFO: false).changed(by: [("FifoQueue", "true")])
        }
        for (name, value) in [
            ("DeduplicationScope", "queue"), ("FifoThroughputLimit", "perQueue"),
        ] {
            #expect(throws: onlyFIFO(name)) {
                try QueueSettings.creating(name: "q", attributes: [(name, value)])
            }
            #expect(throws: onlyFIFO(name)) {
                try QueueSettings(isFIFO: false).changed(by: [(name, value)])
            }
        }
    }

    @Test func theTypeOfAQueueNeverChanges() {
        let settings = QueueSettings(isFIFO: true)
        #expect(
            throws: BrokerError(
                .invalidAttributeValue,
                "Invalid value for the parameter FifoQueue. "
                    + "Reason: Modifying queue type is not supported.")
        ) { try settings.changed(by: [("FifoQueue", "false")]) }
        #expect(throws: unknown("FifoQueue")) {
            try settings.changed(by: [("FifoQueue", "true")])
        }
    }

    @Test func aFIFOQueueBeginsWithQueueWideScopeAndLimit() throws {
        let settings = try QueueSettings.creating(
            name: "q.fifo", attributes: [("FifoQueue", "true")])
        #expect(settings == QueueSettings(isFIFO: true))
        #expect(settings.deduplicationScope == .queue)
        #expect(settings.fifoThroughputLimit == .perQueue)
        #expect(!settings.contentBasedDeduplication)
    }

    @Test(arguments: ["DeduplicationScope", "FifoThroughputLimit"])
    func aScopeOrLimitIsOneOfTwo(name: String) {
        let refusal = BrokerError(
            .invalidAttributeValue, "Invalid value for the parameter \(name).")
        for value in ["", "Queue", "perqueue", "group"] {
            #expect(throws: refusal) {
                try QueueSettings(isFIFO: true).changed(by: [(name, value)])
            }
        }
    }

    @Test func aLimitPerGroupNeedsAScopePerGroup() throws {
        func refusal(_ name: String) -> BrokerError {
            BrokerError(
                .invalidAttributeValue,
                "Invalid value for the parameter \(name). Reason: The perMessageGroupId value is "
                    + "allowed only when the value for DeduplicationScope is messageGroup.")
        }
        let settings = QueueSettings(isFIFO: true)
        #expect(throws: refusal("FifoThroughputLimit")) {
            try settings.changed(by: [("FifoThroughputLimit", "perMessageGroupId")])
        }
        let fast = try settings.changed(by: [
            ("FifoThroughputLimit", "perMessageGroupId"), ("DeduplicationScope", "messageGroup"),
        ])
        #expect(fast.fifoThroughputLimit == .perMessageGroupID)
        #expect(throws: refusal("DeduplicationScope")) {
            try fast.changed(by: [("DeduplicationScope", "queue")])
        }
        let slow = try fast.changed(by: [("FifoThroughputLimit", "perQueue")])
        #expect(slow.deduplicationScope == .messageGroup)
    }

    @Test func theScopeOfCreationStays() throws {
        let created = try QueueSettings.creating(
            name: "q.fifo",
            attributes: [("DeduplicationScope", "messageGroup"), ("FifoQueue", "true")])
        #expect(created.creationDeduplicationScope == .messageGroup)
        let changed = try created.changed(by: [("DeduplicationScope", "queue")])
        #expect(changed.deduplicationScope == .queue)
        #expect(changed.creationDeduplicationScope == .messageGroup)
    }
}

@Suite struct SettingsQueueNameTests {
    private let ofStandard = BrokerError(
        .invalidParameterValue,
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length")
    private let ofFIFO = BrokerError(
        .invalidParameterValue,
        "The name of a FIFO queue can only include alphanumeric characters, hyphens, or "
            + "underscores, must end with .fifo suffix and be 1 to 80 in length.")

    @Test func namesHaveUpToEightyPlainCharacters() throws {
        try QueueName.validate("a", isFIFO: false)
        try QueueName.validate("Az09-_" + String(repeating: "x", count: 74), isFIFO: false)
        for name in [
            String(repeating: "x", count: 81), "a b", "a.b", "größe", "a/b", "orders.fifo", ".fifo",
        ] {
            #expect(throws: ofStandard) { try QueueName.validate(name, isFIFO: false) }
        }
    }

    @Test func theSuffixOfFIFOCounts() throws {
        try QueueName.validate("a.fifo", isFIFO: true)
        try QueueName.validate(String(repeating: "x", count: 75) + ".fifo", isFIFO: true)
        for name in [
            String(repeating: "x", count: 76) + ".fifo", "orders", ".fifo", "a.b.fifo", "a.FIFO",
            "a.fifo.fifo",
        ] {
            #expect(throws: ofFIFO) { try QueueName.validate(name, isFIFO: true) }
        }
    }

    @Test(arguments: [true, false])
    func aNameIsNotEmpty(isFIFO: Bool) {
        #expect(throws: BrokerError(.invalidParameterValue, "Queue name cannot be empty")) {
            try QueueName.validate("", isFIFO: isFIFO)
        }
    }

    @Test func creationChecksTheNameFirst() {
        #expect(throws: ofStandard) {
            try QueueSettings.creating(name: "q.fifo", attributes: [("FifoQueue", "false")])
        }
        #expect(throws: ofStandard) {
            try QueueSettings.creating(name: "q.fifo", attributes: [("DelaySeconds", "x")])
        }
        #expect(throws: ofFIFO) {
            try QueueSettings.creating(name: "q", attributes: [("FifoQueue", "true")])
        }
    }
}
