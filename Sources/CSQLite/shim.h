#ifndef APUS_CSQLITE_H
#define APUS_CSQLITE_H

#include <sqlite3.h>

/// Binds bytes that SQLite copies; the constant for that is a macro, which Swift does not see.
static inline int apus_sqlite_bind_blob(sqlite3_stmt *statement, int index, const void *bytes,
                                        int count) {
    return sqlite3_bind_blob(statement, index, bytes, count, SQLITE_TRANSIENT);
}

/// Binds text that SQLite copies.
static inline int apus_sqlite_bind_text(sqlite3_stmt *statement, int index, const char *text,
                                        int count) {
    return sqlite3_bind_text(statement, index, text, count, SQLITE_TRANSIENT);
}

#endif
