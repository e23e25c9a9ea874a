/// Which topics a queue's policy keeps from sending to it. Nothing needs to be allowed, but what is
/// denied is denied.
extension QueuePolicy {
    /// The statements of a policy that deny sending to topics.
    struct Refusals {
        /// For each statement the patterns of topic ARNs it is about; an empty list is about all.
        private var statements: [[String]] = []

        init(_ text: String?) {
            guard let policy = text.flatMap({ JSONValue(parsing: $0) }) else { return }
            for statement in policy["Statement"]?.elements ?? [] {
                guard statement["Effect"]?.text == "Deny", isAboutSending(statement),
                    isAboutTopics(statement["Principal"])
                else { continue }
                if let patterns = sources(statement["Condition"]) { statements.append(patterns) }
            }
        }

        /// Whether messages of a topic are refused.
        func include(topicARN: String) -> Bool {
            statements.contains { patterns in
                patterns.isEmpty
                    || patterns.contains { Wildcards.matches(topicARN, pattern: $0) }
            }
        }

        private func isAboutSending(_ statement: JSONValue) -> Bool {
            guard let actions = statement["Action"]?.elements else { return false }
            return actions.contains { action in
                guard let text = action.text?.lowercased() else { return false }
                return Wildcards.matches("sqs:sendmessage", pattern: text)
            }
        }

        private func isAboutTopics(_ principal: JSONValue?) -> Bool {
            guard let principal else { return false }
            if principal.text == "*" { return true }
            if principal["AWS"]?.elements.contains(where: { $0.text == "*" }) == true {
                return true
            }
            return principal["Service"]?.elements.contains { service in
                service.text == "sns.amazonaws.com" || service.text == "*"
            } ?? false
        }

        /// The patterns of source ARNs of a condition; nil when it is about something else, which
        /// cannot be true of a topic.
        private func sources(_ condition: JSONValue?) -> [String]? {
            guard let condition else { return [] }
            guard case .object(let operators) = condition else { return nil }
            if operators.isEmpty { return [] }
            var patterns: [String] = []
            for member in operators {
                guard
                    ["ArnEquals", "ArnLike", "StringEquals", "StringLike"].contains(member.name),
                    case .object(let keys) = member.value
                else { return nil }
                for key in keys {
                    guard key.name.lowercased() == "aws:sourcearn" else { return nil }
                    patterns += key.value.elements.compactMap(\.text)
                }
            }
            return patterns
        }
    }
}

/// Patterns of policies: `*` is any text, `?` any character.
enum Wildcards {
    /// Whether the whole text fits the pattern. O(text × pattern) at worst.
    static func matches(_ text: String, pattern: String) -> Bool {
        let text = Array(text.utf8)
        let pattern = Array(pattern.utf8)
        var position = 0
        var index = 0
        var star: (index: Int, position: Int)?
        while position < text.count {
            if index < pattern.count, pattern[index] == 0x2A {
                star = (index, position)
                index += 1
            } else if index < pattern.count,
                pattern[index] == 0x3F || pattern[index] == text[position]
            {
                index += 1
                position += 1
            } else if let last = star {
                star = (last.index, last.position + 1)
                index = last.index + 1
                position = last.position + 1
            } else {
                return false
            }
        }
        return pattern[index...].allSatisfy { $0 == 0x2A }
    }
}

extension Queue {
    /// Whether the queue's policy keeps a topic from sending to it.
    func refusesNotifications(from topicARN: String) -> Bool {
        guard settings.policy != nil else { return false }
        let refusals = self.refusals ?? QueuePolicy.Refusals(settings.policy)
        self.refusals = refusals
        return refusals.include(topicARN: topicARN)
    }
}
