import Glibc

/// A program that is a server, as the command line says it.
struct ServerProgram: Equatable {
    let path: String
    /// Its words; `{port}` and `{data}` stand for a free port and an empty directory.
    let words: [String]

    /// Reads `PATH [WORD…]`: words without `{port}` are options of `apus serve`.
    init(_ text: String, options: [String] = []) {
        let parts = text.split(separator: " ").map(String.init)
        path = parts.first ?? text
        let given = Array(parts.dropFirst()) + options
        words =
            given.contains { $0.contains("{port}") }
            ? given
            : ["serve", "--port", "{port}", "--data", "{data}", "--log-level", "warning"] + given
    }

    /// A program with these words.
    init(_ path: String, words: [String]) {
        self.path = path
        self.words = words
    }

    /// Whether it is started as apus is.
    var isApus: Bool { words.first == "serve" }

    /// The program's name without its directory.
    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    /// The words with what they stand for.
    func arguments(port: UInt16, data: String) -> [String] {
        words.map { word in
            word.split(separator: "{port}", omittingEmptySubsequences: false)
                .joined(separator: "\(port)")
                .split(separator: "{data}", omittingEmptySubsequences: false)
                .joined(separator: data)
        }
    }
}

/// Starts the servers that a bench measures, on loopback, in temporary directories.
enum Servers {
    /// Starts a server with an empty data directory and waits until it accepts connections.
    static func start(
        _ program: ServerProgram, name: String, kind: Target.Kind = .broker
    ) throws -> Target {
        let directory = try TemporaryDirectory()
        let started = try start(
            program, name: name, port: freePort(), data: "\(directory.path)/data",
            logPath: "\(directory.path)/log")
        return Target(
            name, kind: kind, started.endpoint, processes: [started.process.identifier],
            owned: [started.process, directory], isOurs: program.isApus)
    }

    /// Starts a server at a port with a data directory, and tells how long that took.
    static func start(
        _ program: ServerProgram, name: String, port: UInt16, data: String, logPath: String,
        seconds: Int = 60
    ) throws -> (process: ChildProcess, endpoint: Endpoint, nanoseconds: UInt64) {
        guard SmallFile.isExecutable(program.path) else {
            throw BenchError("\(program.path) is no program that can be started")
        }
        let endpoint = Endpoint(loopback: port)
        let begun = Clock.now
        let process = try ChildProcess(
            program.path, arguments: program.arguments(port: port, data: data), outputPath: logPath)
        try ControlClient(endpoint).waitUntilListening(
            process, name: name, logPath: logPath, seconds: seconds)
        return (process, endpoint, Clock.now - begun)
    }

    /// The reference: nginx with one worker that answers 200 to everything.
    static func startReference(_ name: String = "nginx") throws -> Target {
        guard let path = referencePath else {
            throw BenchError("nginx is not installed; `make bench` installs it")
        }
        let directory = try TemporaryDirectory()
        let endpoint = Endpoint(loopback: try freePort())
        let configurationPath = "\(directory.path)/nginx.conf"
        try SmallFile.write(
            configuration(directory: directory.path, port: endpoint.port), to: configurationPath)
        let logPath = "\(directory.path)/log"
        let process = try ChildProcess(
            path, arguments: ["-p", directory.path, "-e", logPath, "-c", configurationPath],
            outputPath: logPath)
        try ControlClient(endpoint).waitUntilListening(process, name: "nginx", logPath: logPath)
        var processes = ProcessorTime.family(of: process.identifier)
        // The master listens before its worker exists, and the worker is what costs.
        while processes.count < 2 {
            guard process.checkRunning() else { throw BenchError("nginx has ended") }
            Clock.sleep(milliseconds: 5)
            processes = ProcessorTime.family(of: process.identifier)
        }
        return Target(
            name, kind: .fixedAnswer, endpoint, processes: processes, owned: [process, directory])
    }

    /// What only reads and answers: this program, as `floor`.
    static func startFloor(_ name: String = "floor") throws -> Target {
        try start(
            ServerProgram("/proc/self/exe", words: ["floor", "--port", "{port}"]), name: name,
            kind: .fixedAnswer)
    }

    /// Where nginx is; nil when it is not installed.
    static var referencePath: String? {
        ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"]
            .first { SmallFile.isExecutable($0) }
    }

    /// Nothing but the answer: no log, no files, connections kept for ever.
    private static func configuration(directory: String, port: UInt16) -> String {
        """
        daemon off;
        worker_processes 1;
        pid \(directory)/nginx.pid;
        error_log \(directory)/log error;
        events { worker_connections 8192; }
        http {
            access_log off;
            keepalive_requests 1000000000;
            keepalive_timeout 3600s;
            client_header_buffer_size 4k;
            client_body_temp_path \(directory)/body;
            proxy_temp_path \(directory)/proxy;
            fastcgi_temp_path \(directory)/fastcgi;
            uwsgi_temp_path \(directory)/uwsgi;
            scgi_temp_path \(directory)/scgi;
            client_max_body_size 32m;
            server {
                listen 127.0.0.1:\(port);
                location / { return 200; }
            }
        }

        """
    }

    /// A port that nobody listens on.
    static func freePort() throws -> UInt16 {
        for _ in 0..<200 {
            let port = UInt16.random(in: 20_000..<32_000)
            if !ControlClient(Endpoint(loopback: port)).isListening { return port }
        }
        throw BenchError("no free port on 127.0.0.1")
    }
}
