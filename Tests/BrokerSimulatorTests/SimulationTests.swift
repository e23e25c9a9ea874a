import Testing

@testable import BrokerSimulator

@Suite("Simulation")
struct SimulationTests {
    @Test("A seed keeps every promise, and gives the same transcript twice", arguments: 1...20)
    func repeats(seed: UInt64) {
        let runs = (0..<2).map { _ in
            Run(seed: seed, milliseconds: 12_000, kind: nil, isVerbose: false)
        }
        #expect(runs[0].finish() == nil)
        #expect(runs[1].finish() == nil)
        #expect(runs[0].world.transcript.digest == runs[1].world.transcript.digest)
        #expect(runs[0].world.transcript.count > 20)
    }
}
