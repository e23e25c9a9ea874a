/// Starts the servers that a bench measures, on loopback, in temporary directories.
enum Servers {
    /// `apus serve` from the binary, with a data directory of its own.
    static func startBroker(_ path: String, _ options: Options, name: String, backlog: Int) throws
        -> Target
    {
        let directory = try TemporaryDirectory()
        let control = ControlClient(address: "127.0.0.1", port: try freePort())
        let logPath = "\(directory.path)/log"
        let process = try ChildProcess(
            path,
            arguments: [
                "serve", "--port", "\(control.port)", "--data", "\(directory.path)/data",
                "--durability", options.durability, "--log-level", "warning",
            ] + options.serverArguments, outputPath: logPath)
        try control.waitUntilListening(process, name: path, logPath: logPath)
        return Target(
            name, kind: .broker, control: control, processes: [process.identifier],
            backlog: backlog,
            owned: [process, directory])
    }

    /// The reference: nginx with one worker that answers 200 to everything.
    static func startReference() throws -> Target {
        let places = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"]
        guard let path = places.first(where: { SmallFile.isExecutable($0) }) else {
            throw BenchError(
                "nginx is not installed; make bench installs it, --reference none does without")
        }
        let directory = try TemporaryDirectory()
        let control = ControlClient(address: "127.0.0.1", port: try freePort())
        let configurationPath = "\(directory.path)/nginx.conf"
        try SmallFile.write(
            configuration(directory: directory.path, port: control.port), to: configurationPath)
        let logPath = "\(directory.path)/log"
        let process = try ChildProcess(
            path, arguments: ["-p", directory.path, "-e", logPath, "-c", configurationPath],
            outputPath: logPath)
        try control.waitUntilListening(process, name: "nginx", logPath: logPath)
        var processes = ProcessorTime.family(of: process.identifier)
        // The master listens before its worker exists, and the worker is what costs.
        while processes.count < 2 {
            guard process.checkRunning() else { throw BenchError("nginx has ended") }
            Clock.sleep(milliseconds: 5)
            processes = ProcessorTime.family(of: process.identifier)
        }
        return Target(
            "nginx return 200", kind: .fixedAnswer, control: control, processes: processes,
            owned: [process, directory])
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
    private static func freePort() throws -> UInt16 {
        for _ in 0..<200 {
            let port = UInt16.random(in: 20_000..<32_000)
            if !ControlClient(address: "127.0.0.1", port: port).isListening { return port }
        }
        throw BenchError("no free port on 127.0.0.1")
    }
}
