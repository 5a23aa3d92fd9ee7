package io.joulegram.agent.ledger;

import java.sql.SQLException;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** A ledger that cannot be opened, read or written; the message names the file, what is wrong, and what mends it. */
public final class LedgerException extends Exception {
    /** What is wrong, as far as it matters to what is done next. */
    public enum Kind {
        /** Another process writes to it. */
        IN_USE,
        /** It is damaged. */
        CORRUPT,
        /** It is of another program, or of a later version of this one. */
        FOREIGN,
        /** It cannot be reached, read or written now. */
        UNAVAILABLE
    }

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    LedgerException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    private LedgerException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    /** What SQLite said, in our words. */
    static LedgerException of(String what, SQLException e) {
        SQLiteErrorCode code = e instanceof SQLiteException sqlite
                ? sqlite.getResultCode()
                : SQLiteErrorCode.getErrorCode(e.getErrorCode());
        boolean corrupt = (code.code & 0xff) == SQLiteErrorCode.SQLITE_CORRUPT.code
                || (code.code & 0xff) == SQLiteErrorCode.SQLITE_NOTADB.code;
        return new LedgerException(corrupt ? Kind.CORRUPT : Kind.UNAVAILABLE, what + ": " + e.getMessage(), e);
    }

    /** What SQLite said of a ledger that was being opened: commands that fail then tell that its tables are damaged. */
    static LedgerException ofOpening(String what, SQLException e) {
        boolean otherTables =
                e instanceof SQLiteException sqlite && sqlite.getResultCode() == SQLiteErrorCode.SQLITE_ERROR;
        return otherTables
                ? new LedgerException(Kind.CORRUPT, what + ": its tables are damaged: " + e.getMessage(), e)
                : of(what, e);
    }

    /** What is wrong. */
    public Kind kind() {
        return kind;
    }
}
