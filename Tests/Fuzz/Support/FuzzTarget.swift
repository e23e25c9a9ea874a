/// A parser of outside bytes, with what must be true whatever the bytes are.
///
/// A target never answers: what it finds wrong stops the process, as a trap of the product does.
struct FuzzTarget: Sendable {
    /// The folder of its inputs in Tests/Corpus, and what `make fuzz TARGET=` takes.
    let name: String
    /// Looks at one input.
    let run: @Sendable ([UInt8]) -> Void

    init(_ name: String, _ run: @escaping @Sendable ([UInt8]) -> Void) {
        self.name = name
        self.run = run
    }

    /// The target called `name`.
    static func named(_ name: String) -> FuzzTarget? { all.first { $0.name == name } }

    /// Every target.
    static let all: [FuzzTarget] = [
        FuzzTarget("actions", Actions.run),
        FuzzTarget("coding", Coding.run),
        FuzzTarget("dates", Dates.run),
        FuzzTarget("filter-attributes", FilterAttributes.run),
        FuzzTarget("filter-body", FilterBody.run),
        FuzzTarget("filter-values", FilterValues.run),
        FuzzTarget("form", Form.run),
        FuzzTarget("http-request", HTTPRequests.run),
        FuzzTarget("http-response", HTTPResponses.run),
        FuzzTarget("journal", DamagedJournal.run),
        FuzzTarget("json", JSONTexts.run),
        FuzzTarget("names", NamesOfThings.run),
        FuzzTarget("options", OptionSources.run),
        FuzzTarget("policies", Policies.run),
        FuzzTarget("record-stream", RecordStream.run),
        FuzzTarget("records", Records.run),
        FuzzTarget("settings", Settings.run),
        FuzzTarget("signatures", Signatures.run),
        FuzzTarget("tokens", Tokens.run),
        FuzzTarget("web-address", WebAddresses.run),
    ]
}

/// A property: it holds for every input, and the process ends where it does not.
func promise(
    _ holds: @autoclosure () -> Bool, _ sentence: @autoclosure () -> String,
    file: StaticString = #file, line: UInt = #line
) {
    precondition(holds(), sentence(), file: file, line: line)
}
