import BrokerNode

/// The texts of `apus --help` and `apus --version`.
enum Help {
    /// The release.
    static let version = NodeVersion.text

    /// What `apus --help` prints.
    static var text: String {
        var lines = """
            apus \(version): a durable message broker that speaks Amazon SQS.

            apus [serve] [OPTION…]         serve until SIGTERM or SIGINT
            apus journal inspect DIRECTORY print segments, records and totals of a data directory
            apus journal verify DIRECTORY  check every checksum and link of a data directory
            apus --help | --version

            Options of serve. Each is also read from the environment (APUS_MAX_CONNECTIONS for
            --max-connections) and from the configuration file (max-connections = …). The command
            line wins over the environment, the environment over the file.


            """
        for option in OptionTable.all {
            lines += "  --\(option.name) \(option.placeholder)\n"
            lines += wrapped(option.help + " Allowed: \(option.allowed).")
            lines += wrapped("Default: \(option.show(Options())).")
        }
        lines += "  --config FILE\n" + wrapped("Read options from a file of `name = value` lines.")
        lines += "  --print-config\n"
        lines += wrapped("Print every option with its value and where it came from, and exit.")
        return lines
    }

    /// `text` in lines of at most 90 characters, indented under an option.
    private static func wrapped(_ text: String) -> String {
        var result = ""
        var line = "       "
        for word in text.split(separator: " ") {
            if line.count + 1 + word.count > 90 {
                result += line + "\n"
                line = "       "
            }
            line += " " + word
        }
        return result + line + "\n"
    }
}
