package io.joulegram.agent.ledger;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConfig.JournalMode;
import org.sqlite.SQLiteConfig.SynchronousMode;
import org.sqlite.SQLiteConfig.TransactionMode;

/**
 * The ledger's file, open for writing by the one process that holds its {@link LedgerLock}.
 *
 * <p>SQLite with a write-ahead log and {@code synchronous = FULL}: what {@link #append} has returned from is on the disk,
 * and survives a kill at any instant and the loss of power; what it has not returned from is there whole or not at all.
 * Other processes can read meanwhile. Used by one thread.
 */
public final class Ledger implements AutoCloseable {
    private static final int BUSY_MILLIS = 2_000;
    private static final int CACHE_KIBIBYTES = 512;
    private static final int WAL_PAGES = 64;
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Path file;
    private final Connection connection;
    private final Optional<Path> setAside;
    private final @Nullable Object fileKey;
    private final BucketWriter writer;

    private Ledger(Path file, Connection connection, Optional<Path> setAside) throws SQLException, IOException {
        this.file = file;
        this.connection = connection;
        this.setAside = setAside;
        fileKey = fileKey(file);
        writer = new BucketWriter(connection);
    }

    /**
     * Opens a ledger and makes it if it is not there. A damaged one is renamed, never emptied, and a new one is begun.
     *
     * @param now stamps the name of a file that is set aside
     * @throws LedgerException if it cannot be opened
     */
    public static Ledger open(Path file, Instant now) throws LedgerException {
        try {
            return open(file, Optional.empty());
        } catch (LedgerException e) {
            if (e.kind() != LedgerException.Kind.CORRUPT) {
                throw e;
            }
            return open(file, Optional.of(setAside(file, now)));
        }
    }

    private static Ledger open(Path file, Optional<Path> setAside) throws LedgerException {
        Connection connection = null;
        try {
            requireWhole(file);
            connection = configuration().createConnection("jdbc:sqlite:" + file.toAbsolutePath());
            check(connection, file);
            Schema.migrate(connection, file.toString());
            return new Ledger(file, connection, setAside);
        } catch (SQLException e) {
            closeQuietly(connection);
            throw LedgerException.ofOpening("ledger " + file, e);
        } catch (IOException e) {
            closeQuietly(connection);
            throw new LedgerException(LedgerException.Kind.UNAVAILABLE, "ledger " + file + ": " + e);
        } catch (LedgerException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    /** SQLite takes a file that was cut to nothing for a new one, and deletes the log that still holds buckets. */
    private static void requireWhole(Path file) throws IOException, LedgerException {
        Path log = file.resolveSibling(file.getFileName() + "-wal");
        boolean emptied = Files.isRegularFile(file) && Files.size(file) == 0;
        if (emptied && Files.isRegularFile(log) && Files.size(log) > 0) {
            throw new LedgerException(
                    LedgerException.Kind.CORRUPT, "ledger " + file + " is damaged: it is empty and its log is not");
        }
    }

    private static SQLiteConfig configuration() {
        SQLiteConfig config = new SQLiteConfig();
        Schema.limit(config);
        config.setJournalMode(JournalMode.WAL);
        config.setSynchronous(SynchronousMode.FULL);
        config.setTransactionMode(TransactionMode.IMMEDIATE);
        config.setBusyTimeout(BUSY_MILLIS);
        config.setCacheSize(-CACHE_KIBIBYTES);
        config.setPragma(SQLiteConfig.Pragma.JOURNAL_SIZE_LIMIT, "" + (WAL_PAGES * 4096));
        return config;
    }

    private static void check(Connection connection, Path file) throws SQLException, LedgerException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA wal_autocheckpoint = " + WAL_PAGES);
            try (ResultSet result = statement.executeQuery("PRAGMA integrity_check(1)")) {
                String verdict = result.next() ? result.getString(1) : "no answer";
                if (!"ok".equals(verdict)) {
                    throw new LedgerException(
                            LedgerException.Kind.CORRUPT, "ledger " + file + " is damaged: " + verdict);
                }
            }
        }
    }

    private static Path setAside(Path file, Instant now) throws LedgerException {
        String suffix = ".corrupt-" + STAMP.format(now);
        Path aside = file.resolveSibling(file.getFileName() + suffix);
        try {
            Files.move(file, aside);
            for (String part : List.of("-wal", "-shm")) {
                Path beside = file.resolveSibling(file.getFileName() + part);
                if (Files.exists(beside)) {
                    Files.move(beside, file.resolveSibling(aside.getFileName() + part));
                }
            }
            return aside;
        } catch (IOException e) {
            throw new LedgerException(
                    LedgerException.Kind.UNAVAILABLE,
                    "ledger " + file + " is damaged and cannot be renamed: " + e + "; move it away by hand");
        }
    }

    /** Where a damaged file went when this one was opened; empty if there was none. */
    public Optional<Path> setAside() {
        return setAside;
    }

    /**
     * Writes buckets and the newest counters, all or nothing.
     *
     * @throws LedgerException if it cannot be done now; the same can be tried again
     */
    public void append(List<Bucket> buckets, List<CounterMark> counters) throws LedgerException {
        try {
            requireSameFile();
            transaction(() -> {
                for (Bucket bucket : buckets) {
                    writer.insert(bucket);
                }
                writer.replaceCounters(counters);
            });
        } catch (SQLException e) {
            throw LedgerException.of("ledger " + file, e);
        } catch (IOException e) {
            throw new LedgerException(LedgerException.Kind.UNAVAILABLE, "ledger " + file + ": " + e);
        }
    }

    /** SQLite goes on writing to a file that was removed or replaced under it, where nobody would find it. */
    private void requireSameFile() throws IOException, LedgerException {
        Object now;
        try {
            now = fileKey(file);
        } catch (NoSuchFileException e) {
            now = null;
        }
        if (now == null || !now.equals(fileKey)) {
            throw new LedgerException(
                    LedgerException.Kind.UNAVAILABLE,
                    "ledger " + file + " was removed or replaced; it is opened again");
        }
    }

    private static @Nullable Object fileKey(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    /**
     * Rolls minutes that ended before an instant into hours of a time zone, one for each set of intensities. Whole hours
     * only. Returns how many buckets went away.
     *
     * @param workloads how many workloads an hour tells apart, those that used most in it
     */
    public int roll(ZoneId zone, Instant before, int workloads) throws LedgerException {
        try {
            int[] rolled = new int[1];
            transaction(() -> rolled[0] = new Rollup(connection, zone, workloads).roll(before.toEpochMilli()));
            return rolled[0];
        } catch (SQLException e) {
            throw LedgerException.of("ledger " + file, e);
        }
    }

    /** Removes what ended before an instant, a day at each call, and the names of workloads that nothing is left of. */
    public void prune(Instant before) throws LedgerException {
        try {
            transaction(() -> Rollup.prune(connection, before.toEpochMilli()));
            writer.forgetNames();
        } catch (SQLException e) {
            throw LedgerException.of("ledger " + file, e);
        }
    }

    /** Notes the name of the host whose ledger it is. */
    void nameHost(String host) throws LedgerException {
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT OR REPLACE INTO meta VALUES ('" + LedgerReader.HOST + "', ?)")) {
            insert.setString(1, host);
            transaction(insert::executeUpdate);
        } catch (SQLException e) {
            throw LedgerException.of("ledger " + file, e);
        }
    }

    /** Reads from this connection. */
    public LedgerReader reader() {
        return new LedgerReader(connection, file, Schema.NEWEST);
    }

    /** Bytes of the file and its log. */
    public long bytes() {
        long sum = 0;
        for (String part : List.of("", "-wal")) {
            try {
                sum += Files.size(file.resolveSibling(file.getFileName() + part));
            } catch (IOException e) {
                // The log may come and go.
            }
        }
        return sum;
    }

    private interface Work {
        void run() throws SQLException;
    }

    private void transaction(Work work) throws SQLException {
        try {
            work.run();
            connection.commit();
        } catch (SQLException e) {
            writer.forgetNames();
            rollbackQuietly();
            throw e;
        }
    }

    private void rollbackQuietly() {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // What made the transaction fail is what the caller needs to know.
        }
    }

    @Override
    public void close() {
        writer.close();
        closeQuietly(connection);
    }

    private static void closeQuietly(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            // Everything that was committed is on the disk.
        }
    }
}
