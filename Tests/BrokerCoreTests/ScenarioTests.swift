import Glibc
import Testing

@testable import BrokerCore

/// How a transcript is played. Whatever the mode, its output is the same.
enum ScenarioMode: CaseIterable {
    /// As it stands.
    case plain
    /// Every block begins after a restart that replays the journal.
    case replayed
    /// Every block runs beside a snapshot in small steps, and ends with a restart from it.
    case snapshotted
    /// Every message's record is moved before every block.
    case relocated
}

@Suite struct ScenarioTests {
    /// With `SCENARIOS=rewrite` in the environment, the plain mode writes what it saw into the file.
    private static let isRewriting =
        unsafe getenv("SCENARIOS").map { unsafe String(cString: $0) }
        == "rewrite"

    @Test(arguments: ScenarioFile.names, ScenarioMode.allCases)
    func scenario(name: String, mode: ScenarioMode) throws {
        if Self.isRewriting, mode != .plain { return }
        let text = try #require(ScenarioFile.contents(of: name))
        var file = ScenarioFile(parsing: text)
        #expect(!file.blocks.isEmpty)
        #expect(text.hasPrefix("#"), "\(name) begins with why it exists")
        let scenario = Scenario()
        for index in file.blocks.indices {
            let block = file.blocks[index]
            let output = try play(block, in: scenario, mode)
            if Self.isRewriting {
                file.blocks[index].output = output
            } else if output != block.output {
                let difference = ScenarioFile.difference(
                    expected: block.output, actual: output)
                let commands = block.commands.map { "    \($0)" }.joined(separator: "\n")
                Issue.record("\(name).txt:\(block.line), \(mode)\n\(commands)\n\(difference)")
                return
            }
            let faults = InvariantChecker.faults(of: scenario.world.broker)
            #expect(faults.isEmpty, "\(name).txt:\(block.line), \(mode)")
            if !faults.isEmpty { return }
        }
        if Self.isRewriting { #expect(ScenarioFile.write(file.text, to: name)) }
    }

    private func play(
        _ block: ScenarioFile.Block, in scenario: Scenario, _ mode: ScenarioMode
    ) throws -> [String] {
        let isFirst = block.commands[0].hasPrefix("broker ")
        // Receives that wait do not survive a restart.
        let mayRestart = scenario.world.broker.waitingReceiveCount == 0 && !isFirst
        let isPlain = block.commands.contains { $0.hasPrefix("snapshot") || $0 == "restart" }
        if mode == .replayed, mayRestart, !isPlain { try scenario.restart() }
        if mode == .relocated {
            scenario.world.relocate(Array(scenario.world.sink.records.indices))
        }
        let isSnapshot = mode == .snapshotted && !isPlain && !isFirst
        if isSnapshot { scenario.world.beginSnapshot() }
        var output: [String] = []
        for command in block.commands {
            do {
                output += try scenario.run(command)
            } catch let malformed as Command.Malformed {
                output.append("malformed: \(malformed.reason)")
            }
            if isSnapshot { scenario.world.continueSnapshot(upTo: 1) }
        }
        if isSnapshot {
            scenario.world.finishSnapshot()
            if scenario.world.broker.waitingReceiveCount == 0 {
                try scenario.restart(fromSnapshot: true)
            }
        }
        return output
    }
}
