import BrokerJournal

extension JournalError {
    /// What it says of itself, and what a disk refused in the system's words, which the journal does
    /// not know.
    var explanation: String {
        guard case .disk(let error) = self else { return description }
        return "disk: \(SystemError("\(error.verb) of \(error.file)", code: error.code))"
    }
}
