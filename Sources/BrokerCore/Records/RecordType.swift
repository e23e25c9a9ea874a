/// The kinds of record, as numbered in protocol-docs/journal-format.md.
public enum RecordType: UInt8, Sendable, CaseIterable {
    // -- Facts, in the journal.

    case founded = 1
    case queueCreated = 2
    case queueDeleted = 3
    case queueSettingsChanged = 4
    case queueTagsChanged = 5
    case queuePurged = 6
    case messageSent = 7
    case messagesReceived = 8
    case messagesDeleted = 9
    case visibilityChanged = 10
    case messageDeadLettered = 11
    case messagesExpired = 12
    case messagesSwept = 13
    case deduplicationsExpired = 14
    case attemptsExpired = 15
    case moveTaskStarted = 16
    case moveTaskEnded = 17
    case messageMoved = 18
    case messageRelocated = 19
    case brokerReset = 20

    case notificationPublished = 21
    case notificationRelocated = 22
    case deliveryPostponed = 23
    case deliveryEnded = 24
    case deliveryRedriven = 25
    case replayEnded = 26

    case topicChanged = 32
    case topicDeleted = 33
    case subscriptionChanged = 34
    case subscriptionEnded = 35
    case platformChanged = 36
    case smsChanged = 37

    // -- State, in a snapshot.

    case snapshotBegun = 64
    case snapshotQueue = 65
    case snapshotBacklog = 66
    case snapshotPage = 67
    case snapshotMoveTask = 68
    case snapshotTopic = 69
    case snapshotSubscription = 70
    case snapshotPlatform = 71
    case snapshotSMS = 72
    case snapshotDeliveries = 73
}

/// A record that this broker cannot have written, or that contradicts the records before it.
public struct RecordError: Error, Equatable, Sendable {
    /// What is wrong, for the log.
    public var reason: String

    /// A contradiction, explained by `reason`.
    public init(_ reason: String) { self.reason = reason }
}
