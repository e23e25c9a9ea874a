import BrokerNode

/// What notifications need beside the network: a signer, an archive and a log of deliveries.
struct Workshop {
    let signer: KeySigner
    let archive: any Archive
    let reports: DeliveryReports
    private let file: SQLiteArchive?

    /// - Parameters:
    ///   - directory: Where key and archive are kept; nil for memory.
    ///   - deliveryLog: The path of a file for the status of deliveries; nil for the log.
    ///   - wake: Signalled when something was finished.
    init(
        directory: Directory?, deliveryLog: String?, wake: Wake, log: Log
    ) throws(OptionProblem) {
        signer = try KeySigner(directory: directory, wake: wake, log: log)
        if let directory {
            let file = SQLiteArchive(directory: directory, wake: wake, log: log)
            self.file = file
            archive = file
        } else {
            file = nil
            archive = MemoryArchive()
        }
        guard let deliveryLog else {
            reports = DeliveryReports(log: log)
            return
        }
        do throws(SystemError) {
            reports = DeliveryReports(log: log, file: try BoundedLogFile(path: deliveryLog))
        } catch {
            throw OptionProblem(
                "--delivery-log: \"\(deliveryLog)\" cannot be written (\(error)); allowed: none, "
                    + "or the path of a file that this user can write")
        }
    }

    /// Ends the threads; what was given to the archive is kept.
    func close() {
        signer.close()
        file?.close()
    }
}
