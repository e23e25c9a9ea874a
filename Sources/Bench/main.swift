import Glibc

do {
    exit(try Command.perform(Array(CommandLine.arguments.dropFirst())))
} catch {
    var standardError = StandardError()
    print("apus-bench: \(error)", to: &standardError)
    exit(1)
}
