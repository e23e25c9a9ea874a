import Testing

@testable import Bench

/// The line that the options of `run` are refused with; nil when they are taken.
private func problem(_ words: String) -> String? {
    do throws(BenchError) {
        _ = try RunOptions(words.split(separator: " ").map(String.init))
        return nil
    } catch {
        return error.description
    }
}

private func load(_ words: String) throws -> LoadSettings? {
    try RunOptions(
        (words + " --endpoint http://127.0.0.1:1").split(separator: " ").map(String.init))?
        .load
}

@Suite struct OptionsTests {
    @Test func valuesFollowAsTheNextWordOrAfterAnEqualsSign() throws {
        let settings = try load("fifo --connections 3 --groups=9 --rate 500/s --duration 250ms")
        #expect(settings?.workload == .fifo)
        #expect(settings?.connections == 3)
        #expect(settings?.shape.groupCount == 9)
        #expect(settings?.shape.batch == 10)
        #expect(settings?.rate == 500)
        #expect(settings?.duration == .milliseconds(250))
    }

    @Test func helpIsNoFault() throws {
        #expect(try RunOptions(["send", "--help"]) == nil)
        #expect(try CompareOptions(["-h"]) == nil)
        #expect(RunOptions.help.contains("--connections N"))
    }

    @Test func aBadValueIsNamedWithItsOptionAndWhatIsAllowed() {
        let end = " --endpoint http://127.0.0.1:1"
        #expect(
            problem("send --connections 0" + end)
                == "--connections: 0 is not allowed; allowed: a number from 1 to 20000")
        #expect(
            problem("send --protocol xml" + end)
                == "--protocol: xml is not allowed; allowed: json, query")
        #expect(
            problem("send --duration") == "--duration needs a value; allowed: "
                + "100 ms to 24h, such as 10, 10s, 500ms or 2m")
        #expect(problem("send --json=1" + end) == "--json: 1 is not allowed; it takes no value")
        #expect(
            problem("send --conections 4" + end)
                == "there is no option --conections (there is --connections); see --help")
    }

    @Test func workloadsAndServersAreNeeded() {
        #expect(
            problem("") == "run needs a workload; there are send, send-batch, receive-delete, "
                + "round-trip, fifo, fan-out, http-delivery, long-poll-idle, backlog, mixed")
        #expect(problem("send") == "run needs one of --endpoint URL and --server PATH")
        #expect(problem("send --server a --endpoint http://b") != nil)
        #expect(problem("send fifo --endpoint http://b") != nil)
    }

    @Test func optionsThatContradictEachOtherAreRefused() {
        let end = " --endpoint http://127.0.0.1:1"
        #expect(
            problem("send-batch --batch 1" + end)?.hasPrefix("--batch: 1 is not allowed") == true)
        #expect(problem("send-batch --body-size 200000" + end)?.contains("104857") == true)
        #expect(
            problem("long-poll-idle --rate 5" + end)?.hasPrefix("--rate is not allowed") == true)
        #expect(problem("send --access-key A" + end)?.contains("go together") == true)
    }

    @Test func credentialsComeFromOptionsOrTheEnvironment() throws {
        var settings = LoadSettings()
        let variables = [
            "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "S", "AWS_REGION": "eu-west-1",
        ]
        settings.region = "mars"
        try settings.finish { variables[$0] }
        #expect(settings.style.credentials == Credentials(accessKey: "A", secretKey: "S"))
        #expect(settings.style.region == "mars")
        var unsigned = LoadSettings()
        unsigned.isUnsigned = true
        try unsigned.finish { variables[$0] }
        #expect(unsigned.style.credentials == nil)
    }

    @Test func sizesOfBodiesAreReadInAllForms() {
        #expect(BodySize("1024") == .fixed(1024))
        #expect(BodySize("10-20") == .uniform(10...20))
        #expect(BodySize("1,2,3") == .list([1, 2, 3]))
        #expect(BodySize("lognormal:500,0.5") == .logNormal(median: 500, sigma: 0.5))
        for text in ["", "0", "20-10", "1,x", "lognormal:5", "lognormal:5,0", "1048577", "-5"] {
            #expect(BodySize(text) == nil)
        }
    }

    @Test func lengthsOfTimeAreReadInAllUnits() {
        #expect(Duration(text: "10") == .seconds(10))
        #expect(Duration(text: "1.5s") == .milliseconds(1500))
        #expect(Duration(text: "20ms") == .milliseconds(20))
        #expect(Duration(text: "2m") == .seconds(120))
        #expect(Duration(text: "1h") == .seconds(3600))
        for text in ["", "s", "-1", "1d", "1e3", "."] { #expect(Duration(text: text) == nil) }
    }

    @Test func mixesAreReadByTheNamesOfTheirOperations() {
        let mix = Mix("send:3,receive-delete:1")
        #expect(mix?.total == 4)
        #expect(mix?.sendBatch == 0)
        for text in ["", "send", "send:x", "sned:1", "send:0", "send:1001"] {
            #expect(Mix(text) == nil)
        }
    }

    @Test func serversAreNamedByURLProgramOrReference() throws {
        let url = try TargetSource("old=http://127.0.0.1:9324#77")
        #expect(url.name == "old")
        if case .endpoint(let endpoint, let process) = url.place {
            #expect(endpoint.port == 9324)
            #expect(process == 77)
        } else {
            Issue.record("a URL is an endpoint")
        }
        let program = try TargetSource("m=/bin/sh --durability memory")
        if case .program(let program) = program.place {
            #expect(program.arguments(port: 5, data: "/d").suffix(2) == ["--durability", "memory"])
            #expect(program.arguments(port: 5, data: "/d").prefix(3) == ["serve", "--port", "5"])
        } else {
            Issue.record("a path is a program")
        }
        #expect(try TargetSource("nginx").canTakePart(in: .send))
        #expect(try !TargetSource("nginx").canTakePart(in: .roundTrip))
        let floor = try TargetSource("least=floor")
        #expect(floor.name == "least")
        #expect(floor.canTakePart(in: .sendBatch) && !floor.canTakePart(in: .receiveDelete))
        #expect(throws: BenchError.self) { try TargetSource("/does/not/exist") }
        #expect(throws: BenchError.self) { try TargetSource("https://127.0.0.1") }
    }

    @Test func aProgramMayBeAnyServerWithAPort() {
        let program = ServerProgram("/usr/bin/java -jar e.jar -Dport={port} --dir={data}")
        #expect(program.name == "java")
        #expect(
            program.arguments(port: 9, data: "/d") == ["-jar", "e.jar", "-Dport=9", "--dir=/d"])
    }

    @Test func commandsAreFoundByName() throws {
        #expect(throws: BenchError.self) { try Command.perform(["dance"]) }
        #expect(Set(Command.all.map(\.name)).count == Command.all.count)
        #expect(Command.help.contains("compare"))
    }
}
