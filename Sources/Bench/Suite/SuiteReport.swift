/// The table of targets with what was measured, ready for the documents.
struct SuiteReport {
    let rows: [SuiteRow]
    let options: SuiteOptions
    let machine: Machine
    let serverVersion: String
    /// Nil when the reference is not installed.
    let referenceVersion: String?

    var markdown: String {
        var lines = [
            "# Benchmarks", "",
            "Measured on \(machine.date) by `apus-bench suite`\(options.isFull ? " `--full`" : "").",
            "",
            "| machine | |", "|---|---|",
            "| processor | \(machine.processor), \(machine.coreCount) cores |",
            "| memory | \(machine.memory) |",
            "| kernel | \(machine.kernel) |",
            "| data on | \(machine.fileSystem) |",
            "| server | \(serverVersion) |",
            "| reference | \(referenceVersion ?? "not installed") |",
            "",
        ]
        lines += method
        lines += ["", "| workload | target | measured | |", "|---|---|---|---|"]
        lines += rows.map {
            "| \(SuiteReport.cell($0.title)) | \(SuiteReport.cell($0.target)) "
                + "| \(SuiteReport.cell($0.measured)) | \($0.verdict.text) |"
        }
        let met = rows.count { $0.verdict == .met }
        let judged = rows.count { $0.verdict == .met || $0.verdict == .short }
        lines += ["", "\(met) of \(judged) measured targets are met."]
        return lines.joined(separator: "\n") + "\n"
    }

    private var method: [String] {
        [
            "Bodies have 1 KiB and there are 64 connections, where a row does not say otherwise; client and",
            "servers share the cores. What is compared takes turns in one run (A B A B …): \(options.roundCount) "
                + "rounds of",
            "\(options.duration.text) each after a shorter one, of which medians are told. CPU is the processor "
                + "time of all",
            "threads of the server, as the scheduler accounts it, for each request; ± is half of the range of the",
            "rounds. The reference answers `return 200` to the same request bytes with one worker. Rows with",
            "\"flat\" give the cost of a message from send to delete beside that of a server with little. ",
            "On a shared machine requests per second move a lot; processor time and ratios move less.",
        ].map { $0.last == " " ? String($0.dropLast()) : $0 }
    }

    /// Text that does not end the cell of a table.
    private static func cell(_ text: String) -> String {
        text.map { $0 == "|" ? "\\|" : $0.isNewline ? " " : String($0) }.joined()
    }

    var json: JSONValue {
        .object([
            ("date", .text(machine.date)),
            ("processor", .text(machine.processor)),
            ("cores", .count(machine.coreCount)),
            ("memory", .text(machine.memory)),
            ("kernel", .text(machine.kernel)),
            ("fileSystem", .text(machine.fileSystem)),
            ("server", .text(serverVersion)),
            ("reference", referenceVersion.map { .text($0) } ?? .null),
            ("rounds", .count(options.roundCount)),
            (
                "rows",
                .list(
                    rows.map {
                        .object([
                            ("workload", .text($0.title)), ("target", .text($0.target)),
                            ("measured", .text($0.measured)), ("verdict", .text($0.verdict.plain)),
                            ("seconds", .number($0.seconds, digits: 1)),
                        ])
                    })
            ),
        ])
    }
}
