import Glibc

/// What load is wanted.
struct LoadSettings {
    var workload = WorkloadName.send
    var style = WireStyle()
    var connections = 64
    /// Messages of a request; 0 for what is usual for the workload.
    var batch = 0
    var bodySize = BodySize.fixed(1024)
    var attributeCount = 0
    var groupCount = 64
    var queueCount = 1
    var subscriberCount = 1
    var duration = Duration.seconds(10)
    /// Requests; 0 for as many as the duration takes.
    var requestCount = 0
    var warmUp = Duration.seconds(1)
    /// Operations a second of an open loop; nil for a closed loop.
    var rate: Double?
    var spacing = ArrivalSchedule.Spacing.even
    var mix = Mix()
    var depths = [0, 10_000, 100_000]
    /// Messages in the queue before the load begins.
    var queuedCount = 0
    var waitSeconds = 20
    var timeout = Duration.seconds(60)
    var seed = 1
    var isUnsigned = false
    var accessKey: String?
    var secretKey: String?
    var sessionToken: String?
    var region: String?

    /// What the messages of the workload look like.
    var shape: MessageShape {
        MessageShape(
            bodySize: bodySize, attributeCount: attributeCount,
            groupCount: workload == .fifo ? groupCount : 0,
            batch: batch > 0 ? batch : workload.usualBatch)
    }

    /// Checks what only shows when all options are known, and takes the credentials.
    mutating func finish(environment: (String) -> String?) throws(BenchError) {
        if workload == .send && batch > 1 {
            throw BenchError("--batch: \(batch) is not allowed for send; send-batch has batches")
        }
        if workload == .sendBatch && batch == 1 {
            throw BenchError("--batch: 1 is not allowed for send-batch; allowed: 2 to 10")
        }
        if shape.batch > 1, case .fixed(let size) = bodySize,
            size * shape.batch > BodySize.range.upperBound
        {
            throw BenchError(
                "--body-size: \(size) is not allowed in batches of \(shape.batch); allowed: up to "
                    + "\(BodySize.range.upperBound / shape.batch), as a batch has at most 1 MiB")
        }
        if rate != nil, [.httpDelivery, .longPollIdle].contains(workload) {
            throw BenchError("--rate is not allowed for \(workload.rawValue): it has its own pace")
        }
        if isUnsigned { return }
        let access = accessKey ?? environment("AWS_ACCESS_KEY_ID")
        let secret = secretKey ?? environment("AWS_SECRET_ACCESS_KEY")
        guard (access == nil) == (secret == nil) else {
            throw BenchError("--access-key and --secret-key go together; only one of them is given")
        }
        if let access, let secret {
            style.credentials = Credentials(
                accessKey: access, secretKey: secret,
                sessionToken: sessionToken ?? environment("AWS_SESSION_TOKEN"))
        }
        style.region =
            region ?? environment("AWS_REGION") ?? environment("AWS_DEFAULT_REGION") ?? "us-east-1"
    }

    /// A variable of the environment that is set and not empty.
    static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}

extension LoadSettings {
    /// The options of every command that puts load on servers.
    static var rules: [OptionRule<LoadSettings>] { shapeRules + paceRules + signatureRules }

    private static var shapeRules: [OptionRule<LoadSettings>] {
        [
            OptionRule(
                "--protocol", "P", allowed: "json, query",
                "json or query (default json; topics speak query)"
            ) { settings, value in
                guard let named = WireProtocol(rawValue: value) else { return false }
                settings.style.wireProtocol = named
                return true
            },
            OptionRule(
                "--connections", "N", \.connections, 1...20_000,
                "Keep-alive connections, each with at most one request under way (default 64)."),
            OptionRule(
                "--batch", "N", \.batch, 1...10,
                "Messages of a request (default 10 where there are batches)."),
            OptionRule(
                "--body-size", "SIZE", allowed: BodySize.allowed,
                "Bytes of bodies: N, A-B (uniform), A,B,C (in turn) or\n"
                    + "lognormal:MEDIAN,SIGMA (default 1024)."
            ) { settings, value in
                guard let size = BodySize(value) else { return false }
                settings.bodySize = size
                return true
            },
            OptionRule(
                "--attributes", "N", \.attributeCount, 0...10, "Attributes of a message."),
            OptionRule(
                "--groups", "N", \.groupCount, 1...1_000_000,
                "Message groups in turn, for fifo (default 64)."),
            OptionRule(
                "--queues", "N", \.queueCount, 1...100_000,
                "Queues that operations go to in turn (default 1)."),
            OptionRule(
                "--subscribers", "N", \.subscriberCount, 1...12_500,
                "Queues or endpoints that follow the topic (default 1)."),
            OptionRule(
                "--queued", "N", \.queuedCount, 0...100_000_000,
                "Messages in the queue before the load begins (default 0)."),
            OptionRule(
                "--depths", "A,B,…", allowed: "numbers from 0 to 100000000 with commas between",
                "Messages in the queue for each row of backlog\n(default 0,10000,100000)."
            ) { settings, value in
                let parts = value.split(separator: ",", omittingEmptySubsequences: false)
                let depths = parts.compactMap { Int($0) }
                guard depths.count == parts.count,
                    depths.allSatisfy({ (0...100_000_000).contains($0) })
                else { return false }
                settings.depths = depths
                return true
            },
            OptionRule(
                "--mix", "WEIGHTS", allowed: Mix.allowed,
                "How often operations come in mixed\n"
                    + "(default send:45,send-batch:5,receive-delete:50)."
            ) { settings, value in
                guard let mix = Mix(value) else { return false }
                settings.mix = mix
                return true
            },
            OptionRule(
                "--wait", "SECONDS", \.waitSeconds, 1...20, "How long polls wait (default 20)."),
        ]
    }

    private static var paceRules: [OptionRule<LoadSettings>] {
        [
            OptionRule(
                duration: "--duration", \.duration, atLeast: .milliseconds(100),
                "How long to measure (default 10s)."),
            OptionRule(
                "--count", "N", \.requestCount, 1...1_000_000_000_000,
                "Measure so many requests instead."),
            OptionRule(
                duration: "--warm-up", \.warmUp, atLeast: .zero,
                "Load before anything is counted (default 1s)."),
            OptionRule(
                "--rate", "N[/s]", allowed: "a number above 0 and up to 10000000, such as 5000/s",
                "Open loop: so many operations begin each second, whatever\n"
                    + "the server does; latencies count from when they were due."
            ) { settings, value in
                let digits = value.hasSuffix("/s") ? String(value.dropLast(2)) : value
                guard let rate = Double(digits), rate > 0, rate <= 10_000_000 else { return false }
                settings.rate = rate
                return true
            },
            OptionRule(
                "--spacing", "HOW", allowed: "even, poisson",
                "How the operations of an open loop arrive: even or poisson."
            ) { settings, value in
                guard let spacing = ArrivalSchedule.Spacing(rawValue: value) else { return false }
                settings.spacing = spacing
                return true
            },
            OptionRule(
                duration: "--timeout", \.timeout, atLeast: .milliseconds(10),
                "A request without an answer fails after this (default 60s)."),
            OptionRule(
                "--seed", "N", \.seed, 0...Int.max, "What random sizes and arrivals follow from."),
        ]
    }

    private static var signatureRules: [OptionRule<LoadSettings>] {
        [
            OptionRule(
                "--access-key", "ID", \.accessKey,
                "Sign requests (SigV4), as with AWS_ACCESS_KEY_ID and\n"
                    + "AWS_SECRET_ACCESS_KEY in the environment."),
            OptionRule("--secret-key", "KEY", \.secretKey, "The secret that goes with it."),
            OptionRule("--session-token", "TOKEN", \.sessionToken, "The token of a session."),
            OptionRule(
                "--region", "NAME", \.region, "The region of signatures (default us-east-1)."),
            OptionRule(
                flag: "--unsigned", \.isUnsigned,
                "Do not sign, whatever the environment says: requests carry\n"
                    + "a signature of the usual form that is not one."),
        ]
    }
}
