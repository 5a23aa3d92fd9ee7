package io.joulegram.agent.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Collectors;
import org.sqlite.SQLiteConfig;

/**
 * The tables of the ledger and how they came to be: the steps from each version to the next, of which a file gets those
 * it has not had. The version stands in SQLite's {@code user_version}.
 */
final class Schema {
    /** {@code application_id} of the file, by which it is told from other programs' databases: "JGLM". */
    static final int APPLICATION_ID = 0x4a474c4d;

    /** Far above the longest name that is kept, far below what would fill the memory. */
    private static final int MAX_VALUE_BYTES = 1_000_000;

    private static final int NAME_LENGTH = 60;

    private static final String TABLES =
            "'meta', 'device', 'source', 'model', 'grid', 'workload', 'bucket', 'device_use', 'model_use', 'workload_use',"
                    + " 'counter'";

    private static final List<String> STEPS = List.of("schema-1.sql", "schema-2.sql", "schema-3.sql");

    /** The version that {@link #migrate} brings a file to. */
    static final int NEWEST = STEPS.size();

    private Schema() {}

    /**
     * Brings a file to the newest version.
     *
     * @throws LedgerException if it is not a ledger, or one of a later version; it is then left as it is
     */
    static void migrate(Connection connection, String file) throws SQLException, LedgerException {
        int version = checkedVersion(connection, file);
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            for (String step : STEPS.subList(version, STEPS.size())) {
                for (String command : commands(step)) {
                    statement.execute(command);
                }
            }
            statement.execute("PRAGMA application_id = " + APPLICATION_ID);
            statement.execute("PRAGMA user_version = " + NEWEST);
            connection.commit();
        }
    }

    /** The version of a file; 0 for a new one. */
    static int checkedVersion(Connection connection, String file) throws SQLException, LedgerException {
        int application = number(connection, "PRAGMA application_id");
        int tables = number(connection, "SELECT count(*) FROM sqlite_schema");
        if (tables == 0) {
            return 0;
        }
        if (application != APPLICATION_ID) {
            throw new LedgerException(
                    LedgerException.Kind.FOREIGN,
                    file + " is a database of another program; it is left as it is. Choose another ledger.path");
        }
        int version = number(connection, "PRAGMA user_version");
        if (version < 1) {
            throw new LedgerException(
                    LedgerException.Kind.FOREIGN,
                    file + " says that it is a ledger of version " + version
                            + ", which there is none of; it is left as it is. Choose another ledger.path");
        }
        if (version > NEWEST) {
            throw new LedgerException(
                    LedgerException.Kind.FOREIGN,
                    file + " is a ledger of version " + version + ", and this program knows versions up to " + NEWEST
                            + "; use the program that wrote it or a later one");
        }
        requireTablesAlone(connection, file);
        return version;
    }

    /**
     * What would run by itself when one of the tables is read or written has no place in a ledger, and is not let run.
     * Views of other names are nobody's business.
     */
    private static void requireTablesAlone(Connection connection, String file) throws SQLException, LedgerException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT type, name FROM sqlite_schema"
                        + " WHERE (type IN ('trigger', 'view') OR sql LIKE 'CREATE VIRTUAL%')"
                        + " AND tbl_name COLLATE NOCASE IN (" + TABLES + ") LIMIT 1")) {
            if (result.next()) {
                throw new LedgerException(
                        LedgerException.Kind.FOREIGN,
                        file + " has a " + result.getString(1) + " named \"" + printable(result.getString(2))
                                + "\", which no ledger has; it is left as it is. Remove it, or use another file");
            }
        }
    }

    private static String printable(String name) {
        return name.substring(0, Math.min(name.length(), NAME_LENGTH)).replaceAll("\\p{Cntrl}", "?");
    }

    /** Sets bounds to what is read of a file that may have come from elsewhere. */
    static void limit(SQLiteConfig config) {
        config.setPragma(SQLiteConfig.Pragma.LIMIT_LENGTH, "" + MAX_VALUE_BYTES);
    }

    private static int number(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            return result.next() ? result.getInt(1) : 0;
        }
    }

    private static List<String> commands(String resource) {
        try (InputStream stream = Schema.class.getResourceAsStream(resource)) {
            if (stream == null) {
                throw new IllegalStateException(resource + " is missing from this build");
            }
            String script = new String(stream.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .map(line -> line.replaceFirst("--.*", ""))
                    .collect(Collectors.joining("\n"));
            return List.of(script.split(";", -1)).stream()
                    .map(String::strip)
                    .filter(command -> !command.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
