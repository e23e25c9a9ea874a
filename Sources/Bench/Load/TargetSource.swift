/// A server as the command line names it.
struct TargetSource {
    enum Place {
        case endpoint(Endpoint, process: Int32?)
        case program(ServerProgram)
        case reference
        case floor
    }

    let name: String
    let place: Place

    /// Reads `[NAME=]URL[#PID]`, `[NAME=]PATH [WORD…]`, `[NAME=]nginx` or `[NAME=]floor`.
    init(_ text: String) throws(BenchError) {
        var rest = Substring(text)
        var given: String?
        // A name stands before an equals sign, unless that belongs to a URL or to a word after.
        if let sign = text.firstIndex(of: "="),
            text[..<sign].allSatisfy({ $0.isLetter || $0.isNumber || "-_.".contains($0) })
        {
            given = String(text[..<sign])
            rest = text[text.index(after: sign)...]
        }
        guard !rest.isEmpty else {
            throw BenchError("\(text) is no server; allowed: URL, path of a program, nginx, floor")
        }
        if rest == "nginx" {
            place = .reference
            name = given ?? "nginx"
        } else if rest == "floor" {
            place = .floor
            name = given ?? "floor"
        } else if rest.contains("://") {
            let parts = rest.split(separator: "#", maxSplits: 1)
            let endpoint = try Endpoint(url: String(parts[0]))
            let process = parts.count == 2 ? Int32(parts[1]) : nil
            guard parts.count == 1 || (process ?? 0) > 0 else {
                throw BenchError("\(text): \(parts[1]) is not allowed; allowed: #PID")
            }
            place = .endpoint(endpoint, process: process)
            name = given ?? endpoint.authority
        } else {
            let program = ServerProgram(String(rest))
            guard SmallFile.isExecutable(program.path) else {
                throw BenchError(
                    "\(program.path) is no server; allowed: URL, path of a program, nginx, floor")
            }
            place = .program(program)
            name = given ?? rest.split(separator: "/").last.map(String.init) ?? String(rest)
        }
    }

    func canTakePart(in workload: WorkloadName) -> Bool {
        switch place {
        case .reference, .floor: workload.hasReference
        case .endpoint, .program: true
        }
    }

    /// The server itself, started when it has to be.
    func makeTarget() throws -> Target {
        switch place {
        case .endpoint(let endpoint, let process):
            Target(name, endpoint, processes: process.map { [$0] } ?? [])
        case .program(let program): try Servers.start(program, name: name)
        case .reference: try Servers.startReference(name)
        case .floor: try Servers.startFloor(name)
        }
    }
}
