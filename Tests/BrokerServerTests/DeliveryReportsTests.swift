import BrokerNode
import Testing

@testable import BrokerServer

@Suite("Reports of deliveries")
struct DeliveryReportsTests {
    @Test("A file of lines grows to its limit, then a new one begins")
    func bounded() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.directory.path(of: "deliveries")
        let first = try BoundedLogFile(path: path, limit: 8)
        try first.append(line: "one")
        let second = try BoundedLogFile(path: path, limit: 8)
        try second.append(line: "two")
        #expect(File.text(path: path) == "one\ntwo\n")
        try second.append(line: "three")
        #expect(File.text(path: path) == "three\n")
        #expect(File.text(path: path + ".1") == "one\ntwo\n")
    }

    @Test("Status documents go to the file when there is one")
    func documents() throws {
        let temporary = try TemporaryDirectory()
        let path = temporary.directory.path(of: "deliveries")
        let reports = DeliveryReports(
            log: Log(level: .error), file: try BoundedLogFile(path: path))
        reports.write(status: "{}")
        #expect(File.text(path: path) == "{}\n")
    }
}
