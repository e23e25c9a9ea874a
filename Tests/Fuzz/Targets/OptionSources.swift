import Bytes

@testable import BrokerServer

/// Configuration files, the environment and command lines: what is shown is read the same.
enum OptionSources {
    static func run(_ input: [UInt8]) {
        let text = input.text
        file(text)
        environment(text)
        commandLine(text)
        size(text)
        if let address = SocketAddress(host: text, port: 1) {
            promise(SocketAddress(host: address.host, port: 1) == address, "an address is shown")
        }
    }

    private static func file(_ text: String) {
        var configuration = Configuration(processorCount: 2)
        do throws(OptionProblem) {
            try configuration.read(file: text, path: "apus.conf")
        } catch {
            promise(error.message.hasPrefix("apus.conf:") || !error.message.isEmpty, "it is told")
            return
        }
        guard (try? configuration.checkTogether()) != nil else { return }
        var again = Configuration(processorCount: 2)
        do throws(OptionProblem) {
            try again.read(file: configuration.description, path: "shown")
        } catch {
            preconditionFailure("what is shown can be read: \(error.message)")
        }
        promise(again.options == configuration.options, "what is shown is read the same")
    }

    private static func environment(_ text: String) {
        var configuration = Configuration(processorCount: 2)
        try? configuration.read(environment: { _ in text })
        for option in OptionTable.all {
            var options = Options()
            guard option.read(text, &options) else { continue }
            var again = Options()
            promise(
                option.read(option.show(options), &again) && again == options,
                "\(option.name) is shown as it is read: \(option.show(options))")
        }
    }

    private static func commandLine(_ text: String) {
        let words = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        guard case .serve(let arguments) = try? CommandLineArguments(words) else { return }
        _ = try? Configuration.gather(
            arguments, processorCount: 4, environment: { _ in nil }, readFile: { _ in nil })
    }

    private static func size(_ text: String) {
        guard let count = ByteSize.parse(text) else { return }
        promise(ByteSize.parse(ByteSize.text(count)) == count, "a size is shown as it is read")
    }
}
