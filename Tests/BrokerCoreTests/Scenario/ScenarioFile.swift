import Glibc

/// A transcript: blocks of commands, each with the output they must have.
///
///     # Why this scenario exists.
///
///     create orders
///     send orders hello
///     ----
///     ok
///     m1
///
/// A block ends with an empty line. Lines that begin with `#` belong to the text around it.
struct ScenarioFile {
    struct Block {
        /// Lines before the commands: comments and empty lines.
        var preface: [String] = []
        /// The number of the first command's line in the file.
        var line = 0
        var commands: [String] = []
        var output: [String] = []
    }

    var blocks: [Block] = []

    init(parsing text: String) {
        var block = Block()
        var isOutput = false
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, line) in lines.map(String.init).enumerated() {
            if isOutput {
                if line.isEmpty {
                    blocks.append(block)
                    block = Block()
                    isOutput = false
                } else {
                    block.output.append(line)
                }
            } else if line == "----" {
                isOutput = true
            } else if block.commands.isEmpty, line.isEmpty || line.hasPrefix("#") {
                block.preface.append(line)
            } else if !line.isEmpty {
                if block.commands.isEmpty { block.line = index + 1 }
                block.commands.append(line)
            }
        }
        if !block.commands.isEmpty { blocks.append(block) }
    }

    var text: String {
        var lines: [String] = []
        for block in blocks {
            lines += block.preface + block.commands + ["----"] + block.output + [""]
        }
        return lines.joined(separator: "\n")
    }

    /// The difference between two outputs, in the manner of `diff`, with its context.
    static func difference(expected: [String], actual: [String]) -> String {
        // Lengths of the longest common subsequences of what follows each pair of lines.
        var common = Array(
            repeating: Array(repeating: 0, count: actual.count + 1), count: expected.count + 1)
        for left in expected.indices.reversed() {
            for right in actual.indices.reversed() {
                common[left][right] =
                    expected[left] == actual[right]
                    ? common[left + 1][right + 1] + 1
                    : max(common[left + 1][right], common[left][right + 1])
            }
        }
        var lines: [String] = []
        var left = 0
        var right = 0
        while left < expected.count || right < actual.count {
            if left < expected.count, right < actual.count, expected[left] == actual[right] {
                lines.append("    " + expected[left])
                left += 1
                right += 1
            } else if right == actual.count
                || (left < expected.count && common[left + 1][right] >= common[left][right + 1])
            {
                lines.append("  - " + expected[left])
                left += 1
            } else {
                lines.append("  + " + actual[right])
                right += 1
            }
        }
        return lines.joined(separator: "\n")
    }

    // MARK: Files

    static let directory: String = {
        let here = #filePath.split(separator: "/", omittingEmptySubsequences: false)
        return here.dropLast(2).joined(separator: "/") + "/Scenarios"
    }()

    /// The names of all scenarios, in order.
    static let names: [String] = {
        guard let directory = unsafe opendir(directory) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
                unsafe name.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name.hasSuffix(".txt") { names.append(String(name.dropLast(4))) }
        }
        return names.sorted()
    }()

    static func path(of name: String) -> String { "\(directory)/\(name).txt" }

    static func contents(of name: String) -> String? {
        guard let file = unsafe fopen(path(of: name), "r") else { return nil }
        defer { unsafe fclose(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = unsafe fread(&chunk, 1, chunk.count, file)
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
    }

    static func write(_ text: String, to name: String) -> Bool {
        guard let file = unsafe fopen(path(of: name), "w") else { return false }
        let bytes = Array(text.utf8)
        let count = unsafe fwrite(bytes, 1, bytes.count, file)
        return unsafe fclose(file) == 0 && count == bytes.count
    }
}
