/// How often what happened in a run: what the run has covered.
final class Statistics {
    /// What is counted.
    enum Event: Int, CaseIterable {
        // Of the world.
        case crashes, powerLosses, stops, failedRecoveries, diskFailures, fullDisks, pauses
        case clockSteps, rottenBits, cuts
        // Of the disk.
        case snapshots, segmentsMade, segmentsReused, segmentsRemoved, coldReads
        // Of clients.
        case repeatedRequests, pipelines, duplicates, purges, deletedQueues, attributeChanges
        case tooLong, visibilityChanges, repeatedReceives, sameReceives
        case deadLetters, moveTasks, cancelledMoves, failedMoves, movedMessages, movedTwice
    }

    private var counts = [Int](repeating: 0, count: Event.allCases.count)

    /// Counts `event`.
    func add(_ event: Event, _ count: Int = 1) { counts[event.rawValue] += count }

    /// Counts everything that `other` counted.
    func add(_ other: Statistics) {
        for event in Event.allCases { add(event, other.counts[event.rawValue]) }
    }

    /// Everything in one line, in words.
    var description: String {
        Event.allCases.map { "\(Statistics.words("\($0)")) \(counts[$0.rawValue])" }
            .joined(separator: ", ")
    }

    /// The words that a name is made of.
    private static func words(_ name: String) -> String {
        var words = ""
        for character in name {
            words += character.isUppercase ? " " + character.lowercased() : String(character)
        }
        return words
    }
}
