/// What the words after `apus` ask for.
enum CommandLineArguments: Equatable {
    case serve(ServeArguments)
    case inspectJournal(directory: String)
    case verifyJournal(directory: String)
    case help
    case version

    /// The words of `apus serve`, split but not yet read.
    struct ServeArguments: Equatable {
        /// Options in the order given; the last of a name wins, except that `bind` gathers.
        var values: [(name: String, value: String)] = []
        var configurationPath: String?
        var printsConfiguration = false

        static func == (left: ServeArguments, right: ServeArguments) -> Bool {
            left.configurationPath == right.configurationPath
                && left.printsConfiguration == right.printsConfiguration
                && left.values.elementsEqual(right.values) { $0 == $1 }
        }
    }

    /// Reads the words after the program's name.
    init(_ words: [String]) throws(OptionProblem) {
        if words.contains("--help") || words.contains("-h") || words.first == "help" {
            self = .help
            return
        }
        switch words.first {
        case "--version", "version":
            self = .version
        case "journal":
            self = try CommandLineArguments.journal(Array(words.dropFirst()))
        case "serve":
            self = .serve(try CommandLineArguments.serve(Array(words.dropFirst())))
        default:
            self = .serve(try CommandLineArguments.serve(words))
        }
    }

    private static func journal(_ words: [String]) throws(OptionProblem) -> CommandLineArguments {
        guard words.count == 2 else {
            throw OptionProblem("apus journal: allowed: inspect DIRECTORY, verify DIRECTORY")
        }
        switch words[0] {
        case "inspect": return .inspectJournal(directory: words[1])
        case "verify": return .verifyJournal(directory: words[1])
        default:
            throw OptionProblem(
                "apus journal: \"\(words[0])\" is not a verb; allowed: inspect, verify")
        }
    }

    private static func serve(_ words: [String]) throws(OptionProblem) -> ServeArguments {
        var arguments = ServeArguments()
        var addresses: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--") else {
                throw OptionProblem(
                    "\"\(word)\" is neither a verb nor an option; allowed: serve, journal, "
                        + "--help, --version and the options of --help")
            }
            let parts = word.dropFirst(2).split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false
            ).map(String.init)
            let name = parts[0]
            if name == "print-config" && parts.count == 1 {
                arguments.printsConfiguration = true
                continue
            }
            let option = OptionTable.option(named: name)
            guard option != nil || name == "config" else {
                throw OptionProblem("there is no option \"--\(name)\"; see apus --help")
            }
            let value: String
            if parts.count == 2 {
                value = parts[1]
            } else if let next = rest.first, !next.hasPrefix("--") {
                value = next
                rest.removeFirst()
            } else if option?.isSwitch == true {
                value = "on"
            } else {
                throw OptionProblem(
                    "--\(name): a value is missing; allowed: \(option?.allowed ?? "a file")")
            }
            switch name {
            case "config": arguments.configurationPath = value
            case "bind": addresses.append(value)
            default: arguments.values.append((name, value))
            }
        }
        if !addresses.isEmpty {
            arguments.values.append(("bind", addresses.joined(separator: ",")))
        }
        return arguments
    }
}

extension Configuration {
    /// Gathers the options from all four places.
    static func gather(
        _ arguments: CommandLineArguments.ServeArguments, processorCount: Int,
        environment: (String) -> String?, readFile: (String) -> String?
    ) throws(OptionProblem) -> Configuration {
        var configuration = Configuration(processorCount: processorCount)
        if let path = arguments.configurationPath ?? environment("APUS_CONFIG") {
            guard let text = readFile(path) else {
                throw OptionProblem(
                    "--config: \"\(path)\" cannot be read; allowed: the path of a text file")
            }
            try configuration.read(file: text, path: path)
        }
        try configuration.read(environment: environment)
        for (name, value) in arguments.values {
            guard let option = OptionTable.option(named: name) else { continue }
            try configuration.set(option, to: value, from: .commandLine)
        }
        try configuration.checkTogether()
        return configuration
    }
}
