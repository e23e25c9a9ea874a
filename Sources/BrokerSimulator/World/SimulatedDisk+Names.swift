import BrokerJournal

/// The names of files, and which of them would be there after a power loss.
extension SimulatedDisk {
    /// A change of names that a power loss may take back.
    enum NameChange {
        case created(DiskFile, replaced: SimulatedFile?)
        case renamed(DiskFile, to: DiskFile, replaced: SimulatedFile?)
        case removed(DiskFile, SimulatedFile)
    }

    func create(_ name: DiskFile, byteCount: Int) {
        let replaced = add(name, SimulatedFile(byteCount: byteCount))
        unsyncedNames.append(.created(name, replaced: replaced))
    }

    func rename(_ name: DiskFile, to target: DiskFile, _ file: SimulatedFile) {
        remove(name)
        unsyncedNames.append(.renamed(name, to: target, replaced: add(target, file)))
    }

    func undo(_ change: NameChange) {
        switch change {
        case .created(let name, let replaced):
            remove(name)
            if let replaced { add(name, replaced) }
        case .renamed(let name, let target, let replaced):
            guard let file = remove(target) else {
                preconditionFailure("what was renamed is there")
            }
            add(name, file)
            if let replaced { add(target, replaced) }
        case .removed(let name, let file):
            add(name, file)
        }
    }

    /// Gives a file its name; the file that had it.
    @discardableResult
    func add(_ name: DiskFile, _ file: SimulatedFile) -> SimulatedFile? {
        let replaced = files.updateValue(file, forKey: name)
        if replaced == nil { names.append(name) }
        return replaced
    }

    @discardableResult
    func remove(_ name: DiskFile) -> SimulatedFile? {
        names.removeAll { $0 == name }
        return files.removeValue(forKey: name)
    }
}

extension DiskOperation {
    /// Whether another segment gets the file of one, or none does.
    var givesAwaySegment: Bool {
        switch self {
        case .rename(let file, _), .remove(let file): file.kind == .segment
        case .create, .write, .read, .sync: false
        }
    }
}
