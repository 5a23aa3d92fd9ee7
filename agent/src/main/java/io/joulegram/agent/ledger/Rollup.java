package io.joulegram.agent.ledger;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.ZoneId;
import java.util.OptionalLong;

/**
 * Makes hours out of minutes, inside a transaction of the caller. The minutes of an hour that had the same intensities,
 * PUE and kind become one bucket, so that energy times intensity stays exactly what it was. Hours are those of the clock
 * of a time zone, so that days and months can be told apart in zones that are not a whole number of hours from UTC.
 */
final class Rollup {
    private static final long DAY_MILLIS = 86_400_000;

    private final Connection connection;
    private final ZoneHours hours;
    private final int workloads;

    /** @param workloads how many workloads an hour tells apart, those that used most in it */
    Rollup(Connection connection, ZoneId zone, int workloads) {
        this.connection = connection;
        this.workloads = workloads;
        this.hours = new ZoneHours(zone);
    }

    int roll(long beforeMillis) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TEMP TABLE IF NOT EXISTS rolled (old INTEGER PRIMARY KEY, new INTEGER)");
        }
        int before = count();
        long from = Long.MIN_VALUE;
        for (OptionalLong oldest = oldestMinuteSince(from); oldest.isPresent(); oldest = oldestMinuteSince(from)) {
            long end = hours.endAfter(oldest.getAsLong());
            if (end > beforeMillis) {
                break;
            }
            rollHour(oldest.getAsLong(), end);
            from = end;
        }
        return before - count();
    }

    private int count() throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT count(*) FROM bucket")) {
            result.next();
            return result.getInt(1);
        }
    }

    private OptionalLong oldestMinuteSince(long fromMillis) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT min(start_ms) FROM bucket WHERE kind = 0 AND start_ms >= ?")) {
            select.setLong(1, fromMillis);
            try (ResultSet result = select.executeQuery()) {
                result.next();
                long start = result.getLong(1);
                return result.wasNull() ? OptionalLong.empty() : OptionalLong.of(start);
            }
        }
    }

    private void rollHour(long fromMillis, long endMillis) throws SQLException {
        execute("DELETE FROM rolled");
        execute(
                // The oldest of a group gives its number; what is rolled is never rolled again, so numbers stay unique.
                "INSERT INTO rolled SELECT id, min(id) OVER (PARTITION BY pue, location_g, location_grid, market_g,"
                        + " market_grid, marginal_g, marginal_grid, location_free) FROM bucket"
                        + " WHERE kind = 0 AND start_ms >= ? AND start_ms < ?",
                fromMillis,
                endMillis);
        execute("CREATE TEMP TABLE device_sum AS SELECT r.new AS bucket, u.device, u.source,"
                + " sum(u.energy_uj) AS energy_uj, sum(u.unobserved_ms) AS unobserved_ms,"
                + " CAST(round(CASE WHEN sum(u.energy_uj) > 0"
                + " THEN sum(1.0 * u.uncertainty_ppm * u.energy_uj) / sum(u.energy_uj)"
                + " ELSE max(u.uncertainty_ppm) END) AS INTEGER) AS uncertainty_ppm,"
                + " sum(u.embodied_ug) AS embodied_ug"
                + " FROM device_use u JOIN rolled r ON r.old = u.bucket GROUP BY r.new, u.device, u.source");
        execute("CREATE TEMP TABLE model_sum AS SELECT r.new AS bucket, u.model, sum(gpu_uj), sum(cpu_uj),"
                + " sum(dram_uj), sum(other_uj), sum(overhead_uj), sum(prefill_uj), sum(decode_uj), sum(idle_uj),"
                + " sum(embodied_ug), sum(prompt), sum(cached), sum(generated)"
                + " FROM model_use u JOIN rolled r ON r.old = u.bucket GROUP BY r.new, u.model");
        sumWorkloads();
        execute("CREATE TEMP TABLE bucket_sum AS SELECT r.new AS id, min(start_ms) AS start_ms, max(end_ms) AS end_ms,"
                + " sum(covered_ms) AS covered_ms FROM bucket b JOIN rolled r ON r.old = b.id GROUP BY r.new");
        execute("DELETE FROM device_use WHERE bucket IN (SELECT old FROM rolled)");
        execute("DELETE FROM model_use WHERE bucket IN (SELECT old FROM rolled)");
        execute("DELETE FROM workload_use WHERE bucket IN (SELECT old FROM rolled)");
        execute("DELETE FROM bucket WHERE id IN (SELECT old FROM rolled WHERE old <> new)");
        execute("UPDATE bucket SET kind = 1, start_ms = s.start_ms, end_ms = s.end_ms, covered_ms = s.covered_ms"
                + " FROM bucket_sum s WHERE s.id = bucket.id");
        execute("INSERT INTO device_use SELECT * FROM device_sum");
        execute("INSERT INTO model_use SELECT * FROM model_sum");
        execute("INSERT INTO workload_use SELECT * FROM workload_sum");
        execute("DROP TABLE device_sum");
        execute("DROP TABLE model_sum");
        execute("DROP TABLE workload_sum");
        execute("DROP TABLE bucket_sum");
    }

    /** Sixty minutes may have seen sixty times as many workloads as one: those beyond the bound become one of all others. */
    private void sumWorkloads() throws SQLException {
        execute("INSERT OR IGNORE INTO workload (kind, name, pod_namespace, pod_name, container_name)"
                + " VALUES ('none', 'other', '', '', '')");
        execute(
                "CREATE TEMP TABLE workload_sum AS WITH hourly AS (SELECT r.new AS bucket, u.workload,"
                        + " w.kind = 'none' AS of_nobody, sum(gpu_uj) AS gpu_uj, sum(cpu_uj) AS cpu_uj,"
                        + " sum(dram_uj) AS dram_uj, sum(other_uj) AS other_uj, sum(overhead_uj) AS overhead_uj,"
                        + " sum(embodied_ug) AS embodied_ug FROM workload_use u JOIN rolled r ON r.old = u.bucket"
                        + " JOIN workload w ON w.id = u.workload GROUP BY r.new, u.workload),"
                        + " placed AS (SELECT *, row_number() OVER (PARTITION BY bucket, of_nobody"
                        + " ORDER BY gpu_uj + cpu_uj + dram_uj + other_uj + overhead_uj DESC, workload) AS place"
                        + " FROM hourly)"
                        + " SELECT bucket, CASE WHEN of_nobody OR place <= ? THEN workload ELSE"
                        + " (SELECT id FROM workload WHERE kind = 'none' AND name = 'other') END AS kept,"
                        + " sum(gpu_uj), sum(cpu_uj), sum(dram_uj), sum(other_uj), sum(overhead_uj),"
                        + " sum(embodied_ug) FROM placed GROUP BY bucket, kept",
                workloads);
    }

    /**
     * Removes buckets that ended before an instant, those of one day at a time: a clock that is years ahead for a while
     * takes a day of the oldest and not the whole ledger.
     */
    static void prune(Connection connection, long limitMillis) throws SQLException {
        long beforeMillis = limitMillis;
        try (Statement statement = connection.createStatement();
                ResultSet oldest = statement.executeQuery("SELECT min(end_ms) FROM bucket")) {
            beforeMillis = Math.min(beforeMillis, oldest.getLong(1) + DAY_MILLIS);
        }
        for (String table : new String[] {"device_use", "model_use", "workload_use"}) {
            try (PreparedStatement delete = connection.prepareStatement(
                    "DELETE FROM " + table + " WHERE bucket IN (SELECT id FROM bucket WHERE end_ms < ?)")) {
                delete.setLong(1, beforeMillis);
                delete.executeUpdate();
            }
        }
        try (PreparedStatement delete = connection.prepareStatement("DELETE FROM bucket WHERE end_ms < ?")) {
            delete.setLong(1, beforeMillis);
            delete.executeUpdate();
        }
        try (Statement delete = connection.createStatement()) {
            delete.executeUpdate("DELETE FROM workload WHERE id NOT IN (SELECT workload FROM workload_use)");
        }
    }

    private void execute(String sql, long... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setLong(i + 1, values[i]);
            }
            statement.executeUpdate();
        }
    }
}
