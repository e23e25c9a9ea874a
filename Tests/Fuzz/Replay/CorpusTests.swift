import Testing

/// Every input that was found worth keeping holds what its target promises, and so do a few that
/// are near it.
@Suite struct CorpusTests {
    @Test(arguments: FuzzTarget.all.map(\.name))
    func everyInputOfTheCorpusKeepsThePromises(_ name: String) throws {
        let target = try #require(FuzzTarget.named(name))
        let inputs = try Corpus.inputs(of: name)
        #expect(!inputs.isEmpty)
        for (number, input) in inputs.enumerated() {
            target.run(input)
            var mutation = Mutation(seed: UInt64(number))
            for _ in 0..<4 { target.run(mutation.mutated(input, with: inputs)) }
        }
    }

    @Test func emptyInputsAndSingleBytesKeepThePromises() {
        for target in FuzzTarget.all {
            target.run([])
            for byte in UInt8.min...UInt8.max { target.run([byte]) }
        }
    }
}
