import CLinux
import Glibc

// The words of the command line choose what the program does; its status tells how it went:
// 0 well, 1 the system or the journal failed, 2 something was asked for that cannot be had.

do throws(OptionProblem) {
    switch try CommandLineArguments(Array(CommandLine.arguments.dropFirst())) {
    case .help:
        StandardOutput.write(Help.text)
    case .version:
        StandardOutput.write("apus \(Help.version)\n")
    case .inspectJournal(let directory):
        exit(JournalCommand.inspect(directory))
    case .verifyJournal(let directory):
        exit(JournalCommand.verify(directory))
    case .serve(let arguments):
        let configuration = try Configuration.gather(
            arguments, processorCount: Int(apus_processor_count()),
            environment: Environment.value, readFile: File.text)
        if arguments.printsConfiguration {
            StandardOutput.write(configuration.description)
        } else {
            exit(try serve(configuration.options))
        }
    }
} catch {
    StandardOutput.complain(error.message)
    exit(2)
}

/// Serves, and returns the status of the program.
func serve(_ options: Options) throws(OptionProblem) -> Int32 {
    let log = Log(options.logLevel)
    do throws(ServeFailure) {
        try ServeCommand(options).run()
        return 0
    } catch {
        switch error {
        case .options(let problem): throw problem
        case .system(let failure): log.error("the system failed", ("reason", "\(failure)"))
        case .journal(let failure): log.error("the journal failed", ("reason", failure.explanation))
        }
        return 1
    }
}
