package io.joulegram.agent.ledger;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Changes the file of a ledger behind its back. */
final class LedgerFiles {
    private LedgerFiles() {}

    static void execute(Path file, String... commands) throws SQLException {
        try (var connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            for (String command : commands) {
                statement.execute(command);
            }
        }
    }
}
