/// One option of a command: its name, what stands for its value, and what the value sets.
struct OptionRule<Settings> {
    let name: String
    /// What stands for the value in the help; nil for an option that takes none.
    let placeholder: String?
    let explanation: String
    /// Which values are allowed, as the line about a bad one says.
    let allowed: String
    /// Sets what the value says; false when the value is not allowed.
    let set: (inout Settings, String) -> Bool

    /// An option with a value that a function of the settings' owner reads.
    init(
        _ name: String, _ placeholder: String, allowed: String, _ explanation: String,
        set: @escaping (inout Settings, String) -> Bool
    ) {
        self.name = name
        self.placeholder = placeholder
        self.explanation = explanation
        self.allowed = allowed
        self.set = set
    }

    /// An option that is there or not.
    init(flag name: String, _ place: WritableKeyPath<Settings, Bool>, _ explanation: String) {
        self.name = name
        placeholder = nil
        self.explanation = explanation
        allowed = ""
        set = { settings, _ in
            settings[keyPath: place] = true
            return true
        }
    }

    /// An option whose value is a whole number within a range.
    init(
        _ name: String, _ placeholder: String, _ place: WritableKeyPath<Settings, Int>,
        _ range: ClosedRange<Int>, _ explanation: String
    ) {
        self.init(
            name, placeholder, allowed: "a number from \(range.lowerBound) to \(range.upperBound)",
            explanation
        ) { settings, value in
            guard let number = Int(value), range.contains(number) else { return false }
            settings[keyPath: place] = number
            return true
        }
    }

    /// An option whose value is any text that is not empty.
    init(
        _ name: String, _ placeholder: String, _ place: WritableKeyPath<Settings, String?>,
        _ explanation: String
    ) {
        self.init(name, placeholder, allowed: "text", explanation) { settings, value in
            guard !value.isEmpty else { return false }
            settings[keyPath: place] = value
            return true
        }
    }

    /// An option whose value is a length of time, such as `2`, `2s`, `500ms` or `1m`.
    init(
        duration name: String, _ place: WritableKeyPath<Settings, Duration>,
        atLeast least: Duration, _ explanation: String
    ) {
        self.init(
            name, "TIME",
            allowed: "\(least.text) to 24h, such as 10, 10s, 500ms or 2m", explanation
        ) { settings, value in
            guard let length = Duration(text: value), length >= least, length <= .seconds(86_400)
            else { return false }
            settings[keyPath: place] = length
            return true
        }
    }
}

/// Reads the words of a command line by rules.
enum OptionReader {
    /// Sets what the options say and returns the words that are none; nil when help is wanted.
    ///
    /// A value may follow its option as the next word or after an equals sign.
    static func read<Settings>(
        _ words: [String], by rules: [OptionRule<Settings>], into settings: inout Settings
    ) throws(BenchError) -> [String]? {
        var rest = words[...]
        var others: [String] = []
        while let word = rest.popFirst() {
            if word == "--help" || word == "-h" { return nil }
            guard word.hasPrefix("--") else {
                others.append(word)
                continue
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(parts[0])
            guard let rule = rules.first(where: { $0.name == name }) else {
                throw BenchError("there is no option \(name)\(suggestion(name, rules)); see --help")
            }
            guard rule.placeholder != nil else {
                guard parts.count == 1 else {
                    throw BenchError("\(name): \(parts[1]) is not allowed; it takes no value")
                }
                _ = rule.set(&settings, "")
                continue
            }
            guard let value = parts.count == 2 ? String(parts[1]) : rest.popFirst() else {
                throw BenchError("\(name) needs a value; allowed: \(rule.allowed)")
            }
            guard rule.set(&settings, value) else {
                throw BenchError("\(name): \(value) is not allowed; allowed: \(rule.allowed)")
            }
        }
        return others
    }

    /// The option that begins like a word that is none.
    private static func suggestion<Settings>(_ name: String, _ rules: [OptionRule<Settings>])
        -> String
    {
        let near = rules.map(\.name).filter { $0.hasPrefix(name.prefix(5)) && name.count > 4 }
        return near.isEmpty ? "" : " (there is \(near.joined(separator: ", ")))"
    }

    /// The lines of the help about the options.
    static func help<Settings>(_ rules: [OptionRule<Settings>]) -> String {
        rules.map { rule in
            let head = rule.placeholder.map { "\(rule.name) \($0)" } ?? rule.name
            let lines = rule.explanation.split(separator: "\n")
            let first = head.count < 22 ? "  \(padded(head, 22))" : "  \(head)\n\(padded("", 24))"
            return first + lines.joined(separator: "\n\(padded("", 24))")
        }.joined(separator: "\n") + "\n"
    }
}

extension OptionRule {
    /// The same option for settings that hold these.
    func within<Outer>(_ place: WritableKeyPath<Outer, Settings>) -> OptionRule<Outer> {
        OptionRule<Outer>(
            name: name, placeholder: placeholder, allowed: allowed, explanation: explanation
        ) { outer, value in set(&outer[keyPath: place], value) }
    }

    private init(
        name: String, placeholder: String?, allowed: String, explanation: String,
        set: @escaping (inout Settings, String) -> Bool
    ) {
        self.name = name
        self.placeholder = placeholder
        self.explanation = explanation
        self.allowed = allowed
        self.set = set
    }
}
