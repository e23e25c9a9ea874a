import Bytes
import Glibc

/// What figures depend on beside the programs: the machine and its system.
struct Machine {
    let processor: String
    let coreCount: Int
    let memory: String
    let kernel: String
    /// The file system of temporary files, where started servers keep their data.
    let fileSystem: String
    let date: String

    /// This machine.
    static var present: Machine {
        let lines = (SmallFile.text("/proc/cpuinfo") ?? "").split(separator: "\n")
        let names = lines.filter { $0.hasPrefix("model name") }
        let name = names.first?.split(separator: ":").last.map { trimmed(String($0)) }
        let kernel = trimmed(SmallFile.text("/proc/sys/kernel/osrelease") ?? "")
        let total = (SmallFile.text("/proc/meminfo") ?? "").split(separator: "\n").first
            .flatMap { $0.split(separator: " ").compactMap { UInt64($0) }.first }
        return Machine(
            processor: name ?? "unknown processor",
            coreCount: lines.count { $0.hasPrefix("processor") },
            memory: total.map { memoryText($0 * 1024) } ?? "unknown memory",
            kernel: "Linux \(kernel)", fileSystem: fileSystem(of: TemporaryDirectory.base),
            date: today)
    }

    private static var today: String {
        var writer = ByteWriter()
        writer.append(calendar: Clock.read(CLOCK_REALTIME) / 1_000_000)
        return String(writer.view.string.prefix(10))
    }

    /// The kind of the mount that holds a path, by the longest mount point that it begins with.
    private static func fileSystem(of path: String) -> String {
        let mounts = (SmallFile.text("/proc/mounts") ?? "").split(separator: "\n")
            .map { $0.split(separator: " ") }.filter { $0.count > 2 }
        let holding = mounts.filter {
            $0[1] == "/" || path == $0[1] || path.hasPrefix("\($0[1])/")
        }
        let longest = holding.max { $0[1].count < $1[1].count }
        return longest.map { String($0[2]) } ?? "unknown file system"
    }

    /// The first line that a program prints about its version.
    static func version(of path: String, _ words: [String]) -> String {
        do {
            let directory = try TemporaryDirectory()
            let output = "\(directory.path)/version"
            let process = try ChildProcess(path, arguments: words, outputPath: output)
            for _ in 0..<500 where process.checkRunning() { Clock.sleep(milliseconds: 10) }
            let text = SmallFile.text(output) ?? ""
            return text.split(separator: "\n").first.map(String.init) ?? "unknown version"
        } catch {
            return "unknown version"
        }
    }

    private static func trimmed(_ text: String) -> String {
        text.split { $0.isWhitespace }.joined(separator: " ")
    }
}
