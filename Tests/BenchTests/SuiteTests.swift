import Testing

@testable import Bench

private let machine = Machine(
    processor: "Some CPU", coreCount: 2, memory: "8.00 GiB", kernel: "Linux 6.1",
    fileSystem: "ext4", date: "2026-01-02")

private func report(_ rows: [SuiteRow]) throws -> SuiteReport {
    let options = try #require(try SuiteOptions(["--server", "/bin/sh", "--rounds", "3"]))
    return SuiteReport(
        rows: rows, options: options, machine: machine, serverVersion: "apus 1",
        referenceVersion: nil)
}

@Suite struct SuiteTests {
    @Test func theTableHasARowForEachTargetWithItsVerdict() throws {
        let report = try report([
            SuiteRow(title: "A|B", target: "≤ 1×", measured: "0.9×", verdict: .met, seconds: 1),
            SuiteRow(title: "C", target: "≤ 1×", measured: "2×", verdict: .short, seconds: 1),
            SuiteRow(
                title: "D", target: "t", measured: "no\nreason", verdict: .leftOut, seconds: 0),
        ])
        let lines = report.markdown.split(separator: "\n").map(String.init)
        #expect(lines.contains("| A\\|B | ≤ 1× | 0.9× | met |"))
        #expect(lines.contains("| C | ≤ 1× | 2× | **short** |"))
        #expect(lines.contains("| D | t | no reason | left out |"))
        #expect(lines.last == "1 of 2 measured targets are met.")
        #expect(lines.contains("| processor | Some CPU, 2 cores |"))
        #expect(report.json.written.contains("\"verdict\":\"short\""))
    }

    @Test func everyRowHasANameOfItsOwn() {
        let names = SuiteTask.all.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.count == 20)
    }

    @Test func rowsMayBePicked() throws {
        let options = try SuiteOptions(["--server=/bin/sh", "--only", "send,idle", "--full"])
        #expect(options?.only == ["send", "idle"])
        #expect(options?.largeCount == 10_000_000)
        #expect(throws: BenchError.self) {
            try SuiteOptions(["--server", "/bin/sh", "--only", "send,idel"])
        }
        #expect(throws: BenchError.self) { try SuiteOptions(["--server", "/does/not/exist"]) }
    }
}
