import Glibc

extension Command {
    static let compare = Command(
        name: "compare", summary: "Measure servers in turn, in one run, and tell the ratios"
    ) { words in
        guard let options = try Options(words) else {
            print(Options.help, terminator: "")
            return 0
        }
        try CompareCommand.measure(options)
        return 0
    }
}

extension Command {
    static let run = Command(
        name: "run", summary: "Put load on a server and tell throughput, latency and cost"
    ) { words in
        guard var options = try Options(words) else {
            print(Options.help, terminator: "")
            return 0
        }
        options.hasReference = false
        try CompareCommand.measure(options)
        return 0
    }
}

/// Runs the workloads that the options name and prints a report of each.
enum CompareCommand {
    static func measure(_ options: Options) throws {
        for workload in options.workloads {
            var targets: [Target] = []
            func addBroker(_ name: String, backlog: Int) throws {
                if let path = options.serverPath {
                    targets.append(
                        try Servers.startBroker(path, options, name: name, backlog: backlog))
                } else if let address = options.address {
                    targets.append(
                        Target(
                            name, kind: .broker,
                            control: ControlClient(address: address, port: options.port),
                            processes: options.process.map { [$0] } ?? [], backlog: backlog))
                }
            }
            try addBroker(options.serverPath == nil ? options.host : "apus", backlog: 0)
            if options.backlog > 0 {
                try addBroker("\(options.backlog) queued", backlog: options.backlog)
            }
            if options.hasReference && workload.hasReference {
                targets.append(try Servers.startReference())
            }
            let report = Report(
                workload: workload, options: options,
                summaries: try Comparison(workload: workload, options: options).run(targets))
            print(options.printsJSON ? report.json : report.text + "\n", terminator: "")
            fflush(nil)
        }
    }
}
