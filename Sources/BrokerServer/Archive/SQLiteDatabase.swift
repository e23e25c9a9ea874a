import Bytes
import CSQLite

/// What SQLite answered when it refused something.
struct SQLiteError: Error, CustomStringConvertible {
    /// SQLite's text.
    let description: String

    /// The refusal that `database` tells of.
    fileprivate init(_ database: OpaquePointer?) {
        // Safe because the text is copied before the next call.
        description = unsafe "SQLite: " + String(cString: sqlite3_errmsg(database))
    }
}

/// A database file. For one thread.
@safe
final class SQLiteDatabase {
    fileprivate let handle: OpaquePointer

    /// Opens or creates the file at `path`.
    init(path: String) throws(SQLiteError) {
        var handle: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX
        // Safe because the path is a whole string.
        let result = unsafe sqlite3_open_v2(path, &handle, flags, nil)
        guard result == SQLITE_OK, let opened = unsafe handle else {
            let error = unsafe SQLiteError(handle)
            unsafe sqlite3_close_v2(handle)
            throw error
        }
        unsafe self.handle = opened
    }

    deinit { unsafe sqlite3_close_v2(handle) }

    /// Carries out statements without parameters and results.
    func execute(_ text: String) throws(SQLiteError) {
        // Safe because the text is a whole string.
        guard unsafe sqlite3_exec(handle, text, nil, nil, nil) == SQLITE_OK else {
            throw unsafe SQLiteError(handle)
        }
    }

    /// How many rows the last statement changed.
    var changedCount: Int { unsafe Int(sqlite3_changes64(handle)) }
}

/// A statement that is prepared once and carried out often. Parameters count from 1, columns from 0.
@safe
final class SQLiteStatement {
    private let database: SQLiteDatabase
    private let handle: OpaquePointer

    /// Prepares `text` for `database`.
    init(_ text: String, for database: SQLiteDatabase) throws(SQLiteError) {
        var handle: OpaquePointer?
        // Safe because the text is a whole string.
        let result = unsafe sqlite3_prepare_v3(
            database.handle, text, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard result == SQLITE_OK, let prepared = unsafe handle else {
            throw unsafe SQLiteError(database.handle)
        }
        self.database = database
        unsafe self.handle = prepared
    }

    deinit { unsafe sqlite3_finalize(handle) }

    /// Sets a parameter to a number.
    func bind(_ index: Int32, _ value: Int64) {
        let result = unsafe sqlite3_bind_int64(handle, index, value)
        precondition(result == SQLITE_OK, "a statement has the parameters it is given")
    }

    /// Sets a parameter to a text.
    func bind(_ index: Int32, _ text: String) {
        // Safe because SQLite copies the bytes.
        let result = unsafe apus_sqlite_bind_text(handle, index, text, Int32(text.utf8.count))
        precondition(result == SQLITE_OK, "a statement has the parameters it is given")
    }

    /// Sets a parameter to bytes.
    func bind(_ index: Int32, _ bytes: [UInt8]) {
        // Safe because SQLite copies the bytes.
        let result = unsafe apus_sqlite_bind_blob(handle, index, bytes, Int32(bytes.count))
        precondition(result == SQLITE_OK, "a statement has the parameters it is given")
    }

    /// Goes on to the next row; false when there is none.
    func step() throws(SQLiteError) -> Bool {
        switch unsafe sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = unsafe SQLiteError(database.handle)
            reset()
            throw error
        }
    }

    /// Carries out a statement without rows and makes it ready for the next time.
    func run() throws(SQLiteError) {
        _ = try step()
        reset()
    }

    /// Makes the statement ready for the next time.
    func reset() { unsafe sqlite3_reset(handle) }

    /// The number in a column of this row.
    func integer(_ column: Int32) -> Int64 { unsafe sqlite3_column_int64(handle, column) }

    /// The text in a column of this row.
    func text(_ column: Int32) -> String { String(decoding: bytes(column), as: UTF8.self) }

    /// The bytes in a column of this row.
    func bytes(_ column: Int32) -> [UInt8] {
        // Safe because SQLite keeps that many bytes there until the next step.
        guard let start = unsafe sqlite3_column_blob(handle, column) else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe [UInt8](UnsafeRawBufferPointer(start: start, count: count))
    }
}
