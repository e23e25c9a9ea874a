import Bytes

extension Journal {
    /// Asks for the payload of the record at `position`; `takeFetched` hands it out later. The next
    /// `commit` starts the read.
    public func fetch(at position: JournalPosition, count: Int, ticket: UInt64) {
        cold.queued.append(.init(position: position, count: count, ticket: ticket))
    }

    /// Hands out what was fetched. The view is valid during the call. It is empty when the segment
    /// was reclaimed meanwhile, because nothing in it was live any more.
    public func takeFetched(_ body: (_ ticket: UInt64, _ payload: ByteView) -> Void) {
        let answerable = cold.answerable
        cold.answerable.removeAll(keepingCapacity: true)
        for request in answerable {
            body(request.ticket, payload(at: request.position, count: request.count) ?? ByteView())
        }
        for window in cold.windows where !window.waiters.isEmpty {
            guard case .bytes = window.content else { continue }
            let waiters = window.waiters
            window.waiters.removeAll(keepingCapacity: true)
            for request in waiters {
                guard let payload = cold.payload(of: request, in: window) else { return }
                body(request.ticket, payload)
            }
        }
    }

    /// Whether `takeFetched` has something to hand out now.
    public var hasFetched: Bool {
        if !cold.answerable.isEmpty { return true }
        return cold.windows.contains { window in
            if case .bytes = window.content { !window.waiters.isEmpty } else { false }
        }
    }

    /// Gives queued requests to windows and starts the reads that takes, and the read of what will
    /// be asked for next.
    func startReads() {
        defer { readAhead() }
        guard !cold.queued.isEmpty else { return }
        let queued = cold.queued
        cold.queued.removeAll(keepingCapacity: true)
        for request in queued {
            let number = request.position.offset / segmentByteCount
            guard let segment = segments[number], segment.memory == nil else {
                cold.answerable.append(request)
                continue
            }
            if let window = cold.window(for: request) {
                window.waiters.append(request)
            } else if let window = startWindow(for: request) {
                window.waiters.append(request)
            } else {
                cold.queued.append(request)
            }
        }
    }

    /// Reads a window around the request; a long one when reads go on where the last one ended.
    private func startWindow(for request: ColdReader.Request) -> ColdReader.Window? {
        let number = request.position.offset / segmentByteCount
        let offset = Int(request.position.offset % segmentByteCount)
        let first = offset & ~(PageMemory.pageByteCount - 1)
        let goesOn = cold.lastSegment == number && first <= cold.lastEnd && offset >= cold.lastStart
        let wanted = goesOn ? ColdReader.sequentialByteCount : ColdReader.firstByteCount
        let length = max(wanted, offset - first + request.recordByteCount)
        return read(number, from: first, length: length)
    }

    /// When the window that was read last is in use already, reads the one behind it.
    private func readAhead() {
        guard let recordByteCount = cold.reachedByRecordOf else { return }
        cold.reachedByRecordOf = nil
        var number = cold.lastSegment
        var start = max(cold.lastEnd - recordByteCount, cold.lastStart + 1)
        if cold.lastEnd >= Int(segmentByteCount) {
            number += 1
            start = 0
        }
        guard let segment = segments[number], segment.memory == nil else { return }
        _ = read(number, from: start, length: ColdReader.sequentialByteCount)
    }

    private func read(_ number: UInt64, from start: Int, length: Int) -> ColdReader.Window? {
        let range = PageMemory.pages(around: start..<start + length)
            .clamped(to: 0..<Int(segmentByteCount))
        guard !range.isEmpty, let index = cold.freeWindow() else { return nil }
        let window = cold.windows[index]
        if window.memory.byteCount < range.count {
            window.memory = PageMemory(byteCount: range.count)
        }
        window.segment = number
        window.range = range
        window.content = .reading
        cold.touch(window)
        cold.lastSegment = number
        cold.lastStart = range.lowerBound
        cold.lastEnd = range.upperBound
        submit(
            .read(
                .segment(number), offset: UInt64(range.lowerBound),
                into: window.memory.diskMemory(0..<range.count)),
            lane: .read, ticket: Ticket(.window, detail: UInt32(index)))
        return window
    }

    /// A window was read; `takeFetched` hands out what waits for it.
    func windowCompleted(
        _ index: UInt32, _ result: Result<Int, DiskError>
    ) throws(JournalError) {
        let window = cold.windows[Int(index)]
        switch result {
        case .success(let count): window.content = .bytes(count)
        case .failure(let error): throw .disk(error)
        }
    }
}
