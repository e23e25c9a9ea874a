/// An attribute of a queue over time: what it may have been, and when.
struct Setting<Value> {
    private var values: [(value: Value, from: UInt64, until: UInt64)]

    /// One that had `value` from the beginning.
    init(_ value: Value) { values = [(value, 0, .max)] }

    /// Somebody is about to set it to `value`.
    mutating func begin(_ value: Value, at now: UInt64) { values.append((value, now, .max)) }

    /// It was set to what was begun last; what was there before ends now.
    mutating func end(at now: UInt64) {
        for index in values.indices.dropLast() where values[index].until == .max {
            values[index].until = now
        }
    }

    /// What it may have been at some time between `from` and `until`.
    func values(from: UInt64, until: UInt64) -> [Value] {
        values.filter { $0.from <= until && $0.until >= from }.map(\.value)
    }
}

extension Setting where Value: Comparable {
    /// The least that it may have been.
    func least(from: UInt64, until: UInt64) -> Value {
        guard let least = values(from: from, until: until).min() else {
            preconditionFailure("an attribute always has a value")
        }
        return least
    }

    /// The most that it may have been.
    func most(from: UInt64, until: UInt64) -> Value {
        guard let most = values(from: from, until: until).max() else {
            preconditionFailure("an attribute always has a value")
        }
        return most
    }
}

/// Where messages go that were received too often; nil in a queue that keeps them.
struct Redrive {
    let target: SimulatedQueue
    let limit: Int
}

/// An attribute that is changed while clients work.
enum AttributeChange {
    case visibility(Int)
    case delay(Int)
    case retention(Int)
    case maximumSize(Int)
    case redrive(Redrive?)

    /// The member of the map Attributes.
    var member: String {
        switch self {
        case .visibility(let seconds): #""VisibilityTimeout":"\#(seconds)""#
        case .delay(let seconds): #""DelaySeconds":"\#(seconds)""#
        case .retention(let seconds): #""MessageRetentionPeriod":"\#(seconds)""#
        case .maximumSize(let byteCount): #""MaximumMessageSize":"\#(byteCount)""#
        case .redrive(let redrive): #""RedrivePolicy":"\#(AttributeChange.text(redrive))""#
        }
    }

    private static func text(_ redrive: Redrive?) -> String {
        guard let redrive else { return "" }
        return #"{\"deadLetterTargetArn\":\"\#(redrive.target.arn)\","#
            + #"\"maxReceiveCount\":\#(redrive.limit)}"#
    }

    /// In few words, for the transcript.
    var description: String {
        switch self {
        case .visibility(let seconds): "visibility \(seconds)"
        case .delay(let seconds): "delay \(seconds)"
        case .retention(let seconds): "retention \(seconds)"
        case .maximumSize(let byteCount): "maximum \(byteCount)"
        case .redrive(let redrive):
            redrive.map { "redrive after \($0.limit) to \($0.target.name)" } ?? "no redrive"
        }
    }
}
