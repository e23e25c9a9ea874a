/// What the command line asks for.
struct Options {
    var workloads: [WorkloadName] = [.send, .sendBatch, .receiveDelete]
    var connections = 64
    var bodyByteCount = 1024
    var seconds = 2.0
    var requestCount: Int?
    var roundCount = 5
    var backlog = 0
    var subscriberCount = 1
    var address: String?
    var port: UInt16 = 4566
    var process: Int32?
    var serverPath: String?
    var serverArguments: [String] = []
    var durability = "commit"
    var hasReference = true
    var printsJSON = false

    var host: String { "\(address ?? "127.0.0.1"):\(port)" }

    static let help = """
        apus-bench: what a request costs a server of SQS and SNS.

        apus-bench compare [WORKLOAD…] (--server PATH | --url URL [--pid PID]) [OPTION…]

        Workloads (default: send send-batch receive-delete):
        \(WorkloadName.allCases.map { "  \(padded($0.rawValue, 16))\($0.explanation)" }.joined(separator: "\n"))

        Options:
          --server PATH       Start this apus with a temporary data directory, and stop it after.
          --url URL           Use a server that runs already, such as http://127.0.0.1:4566.
          --pid PID           Its process, whose processor time is told.
          --durability MODE   How the started apus keeps its journal (default commit).
          --server-option X   One more word for the command line of the started apus.
          --connections N     Keep-alive connections, each with one request under way (default 64).
          --body-bytes N      Bytes of a message body (default 1024).
          --seconds S         How long a round lasts (default 2).
          --requests N        End a round after so many requests instead.
          --rounds N          Rounds of each server, alternating; medians are told (default 5).
          --backlog N         Compare the server with an empty queue to one with N messages queued.
          --subscribers N     Queues or endpoints that follow the topic (default 1).
          --reference WHAT    nginx (default: return 200 to the same bytes), or none.
          --json              Print one JSON object per workload.

        """

    /// Reads the words after the program's name; nil when help is wanted.
    init?(_ words: [String]) throws {
        var rest = words[...]
        var named: [WorkloadName] = []
        while let word = rest.popFirst() {
            if word == "--help" || word == "-h" { return nil }
            if word == "--json" {
                printsJSON = true
            } else if word.hasPrefix("--") {
                guard let value = rest.popFirst() else { throw BenchError("\(word) needs a value") }
                try set(word, value)
            } else if let name = WorkloadName(rawValue: word) {
                named.append(name)
            } else {
                let known = WorkloadName.allCases.map(\.rawValue).joined(separator: ", ")
                throw BenchError("\(word) is no workload; known: \(known)")
            }
        }
        if !named.isEmpty { workloads = named }
        guard (address == nil) != (serverPath == nil) else {
            throw BenchError("one of --server PATH and --url URL is needed")
        }
    }

    private mutating func set(_ word: String, _ value: String) throws {
        switch word {
        case "--connections": connections = try Options.number(word, value, 1...10_000)
        case "--body-bytes": bodyByteCount = try Options.number(word, value, 1...1_048_576)
        case "--requests": requestCount = try Options.number(word, value, 1...Int.max)
        case "--rounds": roundCount = try Options.number(word, value, 1...1000)
        case "--backlog": backlog = try Options.number(word, value, 0...100_000_000)
        case "--subscribers": subscriberCount = try Options.number(word, value, 1...10_000)
        case "--pid": process = Int32(try Options.number(word, value, 1...Int(Int32.max)))
        case "--server": serverPath = value
        case "--server-option": serverArguments.append(value)
        case "--durability": durability = value
        case "--url": try setURL(value)
        case "--seconds":
            guard let number = Double(value), number > 0, number <= 3600 else {
                throw BenchError("--seconds: \(value) is not a number above 0")
            }
            seconds = number
        case "--reference":
            guard value == "nginx" || value == "none" else {
                throw BenchError("--reference: \(value) is neither nginx nor none")
            }
            hasReference = value == "nginx"
        default: throw BenchError("there is no option \(word); see --help")
        }
    }

    private static func number(_ word: String, _ value: String, _ range: ClosedRange<Int>) throws
        -> Int
    {
        guard let number = Int(value), range.contains(number) else {
            throw BenchError(
                "\(word): \(value) is not from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// Reads `http://127.0.0.1:4566`.
    private mutating func setURL(_ text: String) throws {
        let fault = BenchError("--url: \(text) is not like http://127.0.0.1:4566")
        guard text.hasPrefix("http://") else { throw fault }
        let authority = text.dropFirst(7).prefix { $0 != "/" }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, !name.isEmpty else { throw fault }
        address = name == "localhost" ? "127.0.0.1" : String(name)
        if parts.count == 2 {
            guard let number = UInt16(parts[1]) else { throw fault }
            port = number
        } else {
            port = 80
        }
    }
}
