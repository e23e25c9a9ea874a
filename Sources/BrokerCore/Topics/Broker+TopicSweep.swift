import Bytes

/// The subscriptions of deleted topics are taken out of the catalog some at a time.
///
/// That a topic is deleted is a record, and its subscriptions have ended with it (`hasEnded`): nobody
/// can name, list or confirm them any more, and nothing new is owed to them. What is left is to take
/// them out of lists and indexes, which no client sees. It frees no slots, so it needs no records, and
/// a snapshot has those that are still to be swept as ended. So it is with the devices of deleted
/// platform applications, which a snapshot leaves out.
extension Broker {
    /// Subscriptions or devices that are taken out in one tick; each costs as much as some messages.
    var subscriptionsPerTick: Int { max(configuration.stepsPerTick / 8, 1) }

    /// Takes out further subscriptions, as many as a tick has time for.
    mutating func sweepDeletedTopics() {
        var left = subscriptionsPerTick
        while left > 0, let topic = deletedTopics.last {
            left -= 1 + sweep(topic, limit: left)
            guard topic.subscriptions.isEmpty else { return }
            deletedTopics.removeLast()
            releaseIfUnused(topic)
        }
        while left > 0, let platform = deletedPlatforms.last {
            left -= 1 + sweep(platform, limit: left)
            guard platform.devices.isEmpty else { return }
            deletedPlatforms.removeLast()
        }
    }

    /// Takes out subscriptions of a deleted topic, the youngest first, and returns how many.
    @discardableResult
    mutating func sweep(_ topic: Topic, limit: Int) -> Int {
        var count = 0
        while count < limit, let number = topic.subscriptions.last {
            guard let subscription = topics.subscriptions[Int(number)] else {
                preconditionFailure("a topic lists subscriptions that are there")
            }
            end(subscription)
            releaseIfUnused(subscription)
            count += 1
        }
        return count
    }

    /// Takes out devices of a deleted platform application and returns how many.
    @discardableResult
    mutating func sweep(_ platform: PlatformApplication, limit: Int) -> Int {
        var count = 0
        while count < limit, let number = platform.devices.last {
            guard let device = topics.devices[Int(number)] else {
                preconditionFailure("an application lists devices that are there")
            }
            applyDeleted(device)
            count += 1
        }
        return count
    }
}
