extension Command {
    static let floor = Command(
        name: "floor", summary: "Answer every request alike: the least that a server can do"
    ) { words in
        guard let options = try FloorOptions(words) else {
            print(FloorOptions.help, terminator: "")
            return 0
        }
        try FloorServer(port: UInt16(options.port)).run()
        return 0
    }
}

/// What the command line of `floor` asks for.
struct FloorOptions {
    var port = 0

    /// Reads the words after the command; nil when help is wanted.
    init?(_ words: [String]) throws(BenchError) {
        guard let others = try OptionReader.read(words, by: FloorOptions.rules, into: &self)
        else { return nil }
        guard others.isEmpty else { throw BenchError("floor takes no \(others[0])") }
        guard port > 0 else { throw BenchError("floor needs --port N") }
    }

    static var rules: [OptionRule<FloorOptions>] {
        [OptionRule("--port", "N", \.port, 1...65_535, "Where to listen, on 127.0.0.1.")]
    }

    static var help: String {
        """
        apus-bench floor --port N

        Answers every request with the same bytes and looks at nothing but where requests end: what
        the kernel takes for a request, and nearly nothing else. `compare` and `suite` start it
        themselves, as the server `floor`.

        Options:
        \(OptionReader.help(FloorOptions.rules))
        """
    }
}
