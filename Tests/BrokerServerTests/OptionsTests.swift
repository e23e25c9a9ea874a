import BrokerCore
import Testing

@testable import BrokerServer

private func gather(
    _ words: [String], environment: [String: String] = [:], files: [String: String] = [:]
) throws(OptionProblem) -> Configuration {
    guard case .serve(let arguments) = try CommandLineArguments(words) else {
        throw OptionProblem("not serve")
    }
    return try Configuration.gather(
        arguments, processorCount: 2, environment: { environment[$0] }, readFile: { files[$0] })
}

private func problem(_ words: [String], environment: [String: String] = [:]) -> String? {
    do throws(OptionProblem) {
        _ = try gather(words, environment: environment)
        return nil
    } catch {
        return error.message
    }
}

@Suite struct OptionsTests {
    @Test func aValueThatIsACommentIsNone() {
        var configuration = Configuration(processorCount: 2)
        #expect(throws: OptionProblem.self) {
            try configuration.read(file: "delivery-log =# none\n", path: "apus.conf")
        }
    }

    @Test func linesOfAFileEndInLineFeedsWithOrWithoutCarriageReturns() throws {
        var configuration = Configuration(processorCount: 2)
        try configuration.read(
            file: "port = 1\r\n# a comment\r\nregion = eu-west-1\nlog-level = debug\r\n",
            path: "apus.conf")
        #expect(configuration.options.port == 1)
        #expect(configuration.options.region == "eu-west-1")
        #expect(configuration.options.logLevel == .debug)
    }

    @Test func nothingSaidMeansTheDefaults() throws {
        #expect(try gather([]).options == Options())
        #expect(try gather(["serve"]).options == Options())
    }

    @Test func theCommandLineWinsOverTheEnvironmentAndThatOverTheFile() throws {
        let file = "port = 1  # first\nregion = eu-west-1\n# a comment\n\nlog-level=debug\n"
        let configuration = try gather(
            ["serve", "--port", "3", "--config", "apus.conf"],
            environment: ["APUS_PORT": "2", "APUS_REGION": "eu-north-1"],
            files: ["apus.conf": file])
        #expect(configuration.options.port == 3)
        #expect(configuration.source(of: "port") == .commandLine)
        #expect(configuration.options.region == "eu-north-1")
        #expect(configuration.source(of: "region") == .environment)
        #expect(configuration.options.logLevel == .debug)
        #expect(configuration.source(of: "log-level") == .file)
        #expect(configuration.source(of: "data") == .builtIn)
    }

    @Test func thePrintedConfigurationIsAConfigurationFile() throws {
        let words = [
            "--port=9", "--durability", "interval=50", "--disk-budget", "10GiB", "--account",
            "123456789012", "--queue-url", "path", "--reset-endpoint", "--max-connections", "7",
            "--sns-url", "https://sns.us-east-1.amazonaws.com", "--ca-bundle", "/etc/ca.pem",
            "--sendmail", "/usr/sbin/sendmail -t -i", "--lambda-endpoint", "http://[::1]:9001",
            "--sms-gateway", "http://user:secret@10.0.0.1/sms?from=apus",
        ]
        let configuration = try gather(words)
        let again = try gather(
            ["--config", "printed"], files: ["printed": configuration.description])
        #expect(again.options == configuration.options)
    }

    @Test func everyDefaultIsAnAllowedValue() throws {
        for option in OptionTable.all {
            var options = Options()
            #expect(option.read(option.show(options), &options), "\(option.name)")
            #expect(options == Options())
        }
    }

    @Test func aBadValueIsNamedWithItsOptionAndWhatIsAllowed() {
        #expect(
            problem(["--port", "http"])
                == "--port: \"http\" is not allowed; allowed: 0 to 65535 (0: any free port)")
        #expect(
            problem([], environment: ["APUS_LOOPS": "none"])
                == "APUS_LOOPS: \"none\" is not allowed; allowed: 1 to 64")
        #expect(problem(["--durability", "interval=0"]) != nil)
        #expect(problem(["--account", "12345"]) != nil)
        #expect(problem(["--segment-size", "9MB"]) != nil)
        #expect(problem(["--bind", "example.com"]) != nil)
        #expect(problem(["--bogus"]) == "there is no option \"--bogus\"; see apus --help")
        #expect(problem(["--port"])?.hasPrefix("--port: a value is missing") == true)
        #expect(problem(["bogus"])?.hasPrefix("\"bogus\" is neither") == true)
        #expect(problem(["--config", "none"])?.hasPrefix("--config: \"none\"") == true)
    }

    @Test func otherMachinesAreLetInOnlyOnRequest() throws {
        #expect(problem(["--bind", "0.0.0.0"])?.contains("--allow-remote") == true)
        #expect(problem(["--bind", "::1", "--bind", "::"])?.contains("\"::\"") == true)
        let configuration = try gather(["--bind", "0.0.0.0", "--bind", "::", "--allow-remote"])
        #expect(configuration.options.bind == ["0.0.0.0", "::"])
        #expect(configuration.options.allowsRemote)
    }

    @Test func otherMachinesAreLetInWhenTheyHaveToSign() throws {
        let words = ["--bind", "0.0.0.0", "--credentials", "keys"]
        #expect(try gather(words).options.credentials == "keys")
        #expect(try gather(["--credentials", "none"]).options.credentials == nil)
        // Nobody signs what deletes everything.
        #expect(
            problem(words + ["--reset-endpoint"])
                == "--bind: \"0.0.0.0\" can be reached from other machines and nobody has to sign "
                + "POST /reset; allowed: a loopback address, --reset-endpoint=off, or "
                + "--allow-remote as well")
        #expect(problem(words + ["--reset-endpoint", "--allow-remote"]) == nil)
    }

    @Test func sizesHaveUnits() {
        #expect(ByteSize.parse("4096") == 4096)
        #expect(ByteSize.parse("64KiB") == 65_536)
        #expect(ByteSize.parse("512MiB") == 536_870_912)
        #expect(ByteSize.parse("1GiB") == 1_073_741_824)
        #expect(ByteSize.parse("1TiB") == 1_099_511_627_776)
        for bad in ["", "MiB", "1.5GiB", "-1", "1 GiB", "99999999999TiB"] {
            #expect(ByteSize.parse(bad) == nil, "\(bad)")
        }
        for size: UInt64 in [0, 1, 4096, 65_536, 1_048_577, 1 << 40] {
            #expect(ByteSize.parse(ByteSize.text(size)) == size)
        }
    }

    @Test func whereDeliveriesGoIsReadWithoutTheLastSlash() throws {
        let options = try gather([
            "--sns-url=http://broker:4566/", "--sendmail", " msmtp  -a  apus ",
            "--push-gateway", "https://push/",
        ]).options
        #expect(options.snsURL == "http://broker:4566")
        #expect(options.sendmail == ["msmtp", "-a", "apus"])
        #expect(options.pushGateway == "https://push")
        #expect(options.caBundle == nil && options.smsGateway == nil)
        #expect(try gather(["--push-gateway", "none"]).options == Options())
        #expect(
            problem(["--lambda-endpoint", "localhost:9001"])
                == "--lambda-endpoint: \"localhost:9001\" is not allowed; "
                + "allowed: none, or an http or https URL")
        #expect(problem(["--sns-url", "http://me:secret@broker"]) != nil)
        #expect(problem(["--sns-url", "http://broker/?a=b"]) != nil)
        #expect(problem([], environment: ["APUS_SENDMAIL": ""]) != nil)
        #expect(problem(["--ca-bundle="]) != nil)
    }

    @Test func verbsAreTold() throws {
        #expect(try CommandLineArguments(["--help"]) == .help)
        #expect(try CommandLineArguments(["serve", "--help"]) == .help)
        #expect(try CommandLineArguments(["--version"]) == .version)
        #expect(
            try CommandLineArguments(["journal", "verify", "data"])
                == .verifyJournal(directory: "data"))
        #expect(
            try CommandLineArguments(["journal", "inspect", "data"])
                == .inspectJournal(directory: "data"))
        #expect(throws: OptionProblem.self) {
            try CommandLineArguments(["journal", "eat", "data"])
        }
        #expect(Help.text.contains("--memory-budget SIZE"))
    }
}
