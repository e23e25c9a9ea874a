import Glibc

/// Runs the workloads that the options name and prints a report of each.
func run(_ options: Options) throws {
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

do {
    if let options = try Options(Array(CommandLine.arguments.dropFirst())) {
        try run(options)
    } else {
        print(Options.help, terminator: "")
    }
} catch {
    print("apus-bench: \(error)")
    exit(1)
}
