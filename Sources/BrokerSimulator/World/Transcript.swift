/// What happened in a run, line by line: a digest of all, and the last lines for a reader.
final class Transcript {
    private static let keptLines = 60

    private let clock: SimulatedClock
    private let isVerbose: Bool
    private var lines: [String] = []
    private var next = 0
    /// FNV-1a over all lines.
    private(set) var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    /// How many lines there are.
    private(set) var count = 0

    /// - Parameter isVerbose: Whether every line is printed as well.
    init(clock: SimulatedClock, isVerbose: Bool) {
        self.clock = clock
        self.isVerbose = isVerbose
    }

    /// Adds a line under the present time.
    func note(_ text: String) {
        let line = "\(clock.now - 1_000_000) \(text)"
        for byte in line.utf8 { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
        count += 1
        if isVerbose { print(line) }
        if lines.count < Transcript.keptLines {
            lines.append(line)
        } else {
            lines[next] = line
            next = (next + 1) % Transcript.keptLines
        }
    }

    /// The last lines, oldest first.
    var lastLines: [String] { Array(lines[next...] + lines[..<next]) }
}
