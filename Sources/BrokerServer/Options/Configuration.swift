/// The options with the source that each value came from.
///
/// Precedence: command line, then environment, then configuration file, then default.
struct Configuration {
    /// Where a value was found.
    enum Source: String {
        case builtIn = "default"
        case file = "file"
        case environment = "environment"
        case commandLine = "command line"
    }

    private(set) var options = Options()
    private var sources: [String: Source] = [:]

    /// The options of a machine with `processorCount` processors and nothing else said.
    init(processorCount: Int) {
        options.loops = Configuration.defaultLoops(processorCount: processorCount)
    }

    /// One or two processors: one thread for network and broker, and one that writes the journal.
    /// On more, the network gets what these leave, up to four threads.
    static func defaultLoops(processorCount: Int) -> Int {
        processorCount <= 2 ? 1 : min(processorCount - 1, 4)
    }

    /// Where the value of the option `name` was found.
    func source(of name: String) -> Source { sources[name] ?? .builtIn }

    /// Sets an option from text.
    mutating func set(_ option: Option, to text: String, from source: Source) throws(OptionProblem)
    {
        guard option.read(text, &options) else {
            throw OptionProblem(
                "\(Configuration.name(of: option, in: source)): \"\(text)\" is not allowed; "
                    + "allowed: \(option.allowed)")
        }
        sources[option.name] = source
    }

    private static func name(of option: Option, in source: Source) -> String {
        switch source {
        case .environment: option.environmentName
        case .file: "\(option.name) (configuration file)"
        case .builtIn, .commandLine: "--\(option.name)"
        }
    }

    /// Refuses combinations of options that would surprise their user.
    func checkTogether() throws(OptionProblem) {
        for address in options.bind where !options.allowsRemote {
            guard let parsed = SocketAddress(host: address, port: 0), !parsed.isLoopback
            else { continue }
            guard options.credentials == nil else {
                guard options.offersReset else { continue }
                throw OptionProblem(
                    "--bind: \"\(address)\" can be reached from other machines and nobody has to "
                        + "sign POST /reset; allowed: a loopback address, --reset-endpoint=off, or "
                        + "--allow-remote as well")
            }
            throw OptionProblem(
                "--bind: \"\(address)\" can be reached from other machines and requests are not "
                    + "authenticated; allowed: a loopback address, or --credentials or "
                    + "--allow-remote as well")
        }
    }

    /// Every option as a line of a configuration file, with the source in a comment.
    var description: String {
        OptionTable.all.map { option in
            "\(option.name) = \(option.show(options))  # \(source(of: option.name).rawValue)\n"
        }.joined()
    }
}

extension Configuration {
    /// Reads the lines of a configuration file: `name = value`, `#` begins a comment.
    mutating func read(file text: String, path: String) throws(OptionProblem) {
        var number = 0
        // A line feed behind a carriage return is one character with it.
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            number += 1
            let content = OptionText.trimmed(Configuration.withoutComment(String(line)))
            if content.isEmpty { continue }
            guard let equals = content.firstIndex(of: "=") else {
                throw OptionProblem("\(path):\(number): \"\(content)\" is not `name = value`")
            }
            let name = OptionText.trimmed(String(content[..<equals]))
            let value = OptionText.trimmed(String(content[content.index(after: equals)...]))
            guard let option = OptionTable.option(named: name) else {
                throw OptionProblem("\(path):\(number): there is no option \"\(name)\"")
            }
            // Shown again, with a space in front, it would be a comment.
            try set(option, to: value.hasPrefix("#") ? "" : value, from: .file)
        }
    }

    /// A `#` at the front of the line or after a space begins a comment.
    private static func withoutComment(_ line: String) -> String {
        var previous: Character = " "
        for index in line.indices {
            if line[index] == "#" && (previous == " " || previous == "\t") {
                return String(line[..<index])
            }
            previous = line[index]
        }
        return line
    }

    /// Reads the `APUS_…` variables that name an option.
    mutating func read(environment: (String) -> String?) throws(OptionProblem) {
        for option in OptionTable.all {
            guard let value = environment(option.environmentName) else { continue }
            try set(option, to: value, from: .environment)
        }
    }
}
