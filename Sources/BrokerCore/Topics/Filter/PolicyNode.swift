/// A JSON value of a policy, with the places where it stands: AWS's refusals name them.
struct PolicyNode {
    enum Content {
        case null
        case bool(Bool)
        /// A number, as it was written.
        case number(String)
        case string(String)
        case array([PolicyNode])
        case object([Member])
    }

    struct Member {
        let name: String
        let value: PolicyNode
    }

    let content: Content
    /// Where the first byte stands.
    let first: Int
    /// Where the first byte behind it stands.
    let end: Int

    /// How far AWS's parser has read when it has seen that this value comes: a string and a
    /// container are read to their first character only, everything else to its end.
    var seenAt: Int {
        switch content {
        case .string, .array, .object: first + 1
        default: end
        }
    }

    /// What AWS's parser calls the text of this token.
    var tokenText: String {
        switch content {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let text), .string(let text): text
        case .array: "["
        case .object: "{"
        }
    }

    /// The text of a string; nil for anything else.
    var string: String? {
        if case .string(let text) = content { return text }
        return nil
    }

    /// The text of a number; nil for anything else.
    var number: String? {
        if case .number(let text) = content { return text }
        return nil
    }
}
