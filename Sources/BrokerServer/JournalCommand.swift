import BrokerCore
import BrokerJournal

/// `apus journal inspect` and `apus journal verify`: look at a data directory without serving it.
enum JournalCommand {
    /// Prints files, records and totals; returns the exit status.
    static func inspect(_ path: String) -> Int32 {
        withInspector(path) { inspector throws(JournalError) in
            try inspector.inspect { StandardOutput.write($0 + "\n") }
            return true
        }
    }

    /// Checks everything; returns the exit status: 0 when all is well.
    static func verify(_ path: String) -> Int32 {
        withInspector(path) { inspector throws(JournalError) in
            try inspector.verify { StandardOutput.write($0 + "\n") }
        }
    }

    private static func withInspector(
        _ path: String, _ body: (JournalInspector) throws(JournalError) -> Bool
    ) -> Int32 {
        let directory = Directory(path: path)
        guard directory.exists else {
            StandardOutput.complain("\"\(path)\" is not a directory")
            return 2
        }
        do {
            let disk = try FileDisk(directory: directory, wake: Wake(), isReadOnly: true)
            defer { disk.close() }
            let inspector = JournalInspector(disk: disk) { type in
                RecordType(rawValue: type).map { "\($0)" } ?? "type \(type)"
            }
            return try body(inspector) ? 0 : 1
        } catch let error as JournalError {
            StandardOutput.complain("\(path): \(error.explanation)")
            return 1
        } catch {
            StandardOutput.complain("\(path): \(error)")
            return 1
        }
    }
}
