/// One of the program's commands: `apus-bench NAME WORD…`.
struct Command: Sendable {
    let name: String
    /// What it does, in one line of the list of commands.
    let summary: String
    /// Takes the words after the name; returns the exit status of the program.
    let run: @Sendable ([String]) throws -> Int32

    /// Every command, in the order of the list.
    static let all: [Command] = [.run, .compare, .suite, .micro, .verify, .floor]

    /// What `apus-bench --help` prints.
    static var help: String {
        """
        apus-bench: what a server of the SQS and SNS wire API costs and keeps up with.

        apus-bench COMMAND [WORD…]     apus-bench COMMAND --help tells more.

        \(all.map { "  \(padded($0.name, 12))\($0.summary)" }.joined(separator: "\n"))

        """
    }

    /// Runs the command that the words name.
    static func perform(_ words: [String]) throws -> Int32 {
        guard let first = words.first else {
            print(help, terminator: "")
            return 2
        }
        if first == "--help" || first == "-h" || first == "help" {
            print(help, terminator: "")
            return 0
        }
        // `--suite` says the same as `suite`.
        let name = first == "--suite" ? "suite" : first
        guard let command = all.first(where: { $0.name == name }) else {
            let known = all.map(\.name).joined(separator: ", ")
            throw BenchError("\(first) is no command; there are \(known)")
        }
        return try command.run(Array(words.dropFirst()))
    }
}
