package io.joulegram.agent.ledger;

import io.joulegram.power.Component;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Puts buckets into the tables, inside a transaction of the caller. Names are kept once and referred to by number. */
final class BucketWriter implements AutoCloseable {
    private static final List<String> BASES = List.of("location", "market", "marginal");
    private static final long PARTS_PER_MILLION = 1_000_000;

    private final Connection connection;
    private final PreparedStatement bucket;
    private final PreparedStatement deviceUse;
    private final PreparedStatement modelUse;
    private final PreparedStatement workloadUse;
    private final PreparedStatement counter;
    private final Map<List<?>, Long> idByName = new HashMap<>();

    BucketWriter(Connection connection) throws SQLException {
        this.connection = connection;
        bucket = connection.prepareStatement(
                "INSERT INTO bucket (start_ms, end_ms, covered_ms, kind, pue, location_g, location_grid, market_g,"
                        + " market_grid, marginal_g, marginal_grid, location_free)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                Statement.RETURN_GENERATED_KEYS);
        deviceUse = connection.prepareStatement("INSERT INTO device_use VALUES (?, ?, ?, ?, ?, ?, ?)");
        modelUse =
                connection.prepareStatement("INSERT INTO model_use VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
        workloadUse = connection.prepareStatement("INSERT INTO workload_use VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
        counter = connection.prepareStatement("INSERT OR REPLACE INTO counter VALUES (?, ?, ?, ?, ?, ?, ?)");
    }

    void insert(Bucket row) throws SQLException {
        long id = insertBucket(row);
        for (DeviceUse use : row.devices()) {
            insertDeviceUse(id, use);
        }
        for (ModelUse use : row.models()) {
            insertModelUse(id, use);
        }
        for (WorkloadUse use : row.workloads()) {
            insertWorkloadUse(id, use);
        }
    }

    private long insertBucket(Bucket row) throws SQLException {
        bucket.setLong(1, row.startMillis());
        bucket.setLong(2, row.endMillis());
        bucket.setLong(3, row.coveredMillis());
        bucket.setInt(4, row.kind().code());
        bucket.setDouble(5, row.pue());
        int column = 6;
        for (String basis : BASES) {
            BookedIntensity intensity = row.intensities().get(basis);
            if (intensity == null) {
                bucket.setNull(column++, Types.REAL);
                bucket.setNull(column++, Types.INTEGER);
            } else {
                bucket.setDouble(column++, intensity.gramsPerKwh());
                bucket.setLong(column++, gridId(intensity));
            }
        }
        BookedIntensity location = row.intensities().get(BASES.get(0));
        if (location != null && location.carbonFreeRatio().isPresent()) {
            bucket.setDouble(column, location.carbonFreeRatio().getAsDouble());
        } else {
            bucket.setNull(column, Types.REAL);
        }
        bucket.executeUpdate();
        try (ResultSet keys = bucket.getGeneratedKeys()) {
            keys.next();
            return keys.getLong(1);
        }
    }

    private void insertDeviceUse(long bucketId, DeviceUse use) throws SQLException {
        deviceUse.setLong(1, bucketId);
        deviceUse.setLong(2, deviceId(use.device()));
        deviceUse.setLong(3, id("source", List.of("name"), List.of(use.source())));
        OptionalLong energy = use.microjoules();
        if (energy.isPresent()) {
            deviceUse.setLong(4, energy.getAsLong());
        } else {
            deviceUse.setNull(4, Types.INTEGER);
        }
        deviceUse.setLong(5, use.unobservedMillis());
        deviceUse.setLong(6, Math.round(use.uncertaintyRatio() * PARTS_PER_MILLION));
        deviceUse.setLong(7, use.embodiedMicrograms());
        deviceUse.executeUpdate();
    }

    private void insertModelUse(long bucketId, ModelUse use) throws SQLException {
        modelUse.setLong(1, bucketId);
        modelUse.setLong(2, id("model", List.of("server", "model"), List.of(use.server(), use.model())));
        int column = setEnergies(modelUse, use.microjoules());
        long[] rest = {
            use.prefillMicrojoules(),
            use.decodeMicrojoules(),
            use.idleMicrojoules(),
            use.embodiedMicrograms(),
            use.promptTokens(),
            use.cachedTokens(),
            use.generatedTokens()
        };
        for (long value : rest) {
            modelUse.setLong(column++, value);
        }
        modelUse.executeUpdate();
    }

    private void insertWorkloadUse(long bucketId, WorkloadUse use) throws SQLException {
        workloadUse.setLong(1, bucketId);
        workloadUse.setLong(2, workloadId(use.workload()));
        workloadUse.setLong(setEnergies(workloadUse, use.microjoules()), use.embodiedMicrograms());
        workloadUse.executeUpdate();
    }

    /** Energies by component stand from the third column on. Returns the column after them. */
    private static int setEnergies(PreparedStatement use, Map<Component, Long> microjoules) throws SQLException {
        int column = 3;
        for (Component component : Component.values()) {
            use.setLong(column++, microjoules.getOrDefault(component, 0L));
        }
        return column;
    }

    void replaceCounters(List<CounterMark> marks) throws SQLException {
        for (CounterMark mark : marks) {
            counter.setString(1, mark.component().label());
            counter.setString(2, mark.device());
            counter.setString(3, mark.sensor());
            counter.setString(4, mark.identity());
            counter.setLong(5, mark.count());
            counter.setDouble(6, mark.microjoulesPerCount());
            counter.setLong(7, mark.atMillis());
            counter.executeUpdate();
        }
    }

    private long deviceId(LedgerDevice device) throws SQLException {
        return id(
                "device",
                List.of(
                        "component",
                        "device",
                        "footprint_low_g",
                        "footprint_g",
                        "footprint_high_g",
                        "lifetime_s",
                        "origin"),
                List.of(
                        device.component().label(),
                        device.device(),
                        device.footprintLowGrams(),
                        device.footprintGrams(),
                        device.footprintHighGrams(),
                        device.lifetimeSeconds(),
                        device.origin()));
    }

    /** What Kubernetes calls a container becomes known after it has used energy, and stays. */
    private long workloadId(LedgerWorkload workload) throws SQLException {
        List<Object> key = List.of("workload", workload);
        @Nullable Long known = idByName.get(key);
        if (known != null) {
            return known;
        }
        execute(
                "INSERT INTO workload (kind, name, pod_namespace, pod_name, container_name) VALUES (?, ?, ?, ?, ?)"
                        + " ON CONFLICT (kind, name) DO UPDATE SET pod_namespace = excluded.pod_namespace,"
                        + " pod_name = excluded.pod_name, container_name = excluded.container_name"
                        + " WHERE excluded.pod_name <> ''",
                List.of(
                        workload.kind(),
                        workload.name(),
                        workload.podNamespace(),
                        workload.podName(),
                        workload.containerName()));
        long id = select("workload", List.of("kind", "name"), List.of(workload.kind(), workload.name()));
        idByName.put(key, id);
        return id;
    }

    private long gridId(BookedIntensity intensity) throws SQLException {
        return id(
                "grid",
                List.of("zone", "provider", "signal", "boundary", "dataset"),
                List.of(
                        intensity.zone(),
                        intensity.provider(),
                        intensity.signal(),
                        intensity.boundary(),
                        intensity.dataset()));
    }

    private long id(String table, List<String> columns, List<?> values) throws SQLException {
        List<Object> key = new ArrayList<>(values);
        key.add(table);
        @Nullable Long known = idByName.get(key);
        if (known != null) {
            return known;
        }
        String names = String.join(", ", columns);
        String marks = String.join(", ", columns.stream().map(column -> "?").toList());
        execute("INSERT OR IGNORE INTO " + table + " (" + names + ") VALUES (" + marks + ")", values);
        long id = select(table, columns, values);
        idByName.put(key, id);
        return id;
    }

    private long select(String table, List<String> columns, List<?> values) throws SQLException {
        String condition = String.join(
                " AND ", columns.stream().map(column -> column + " = ?").toList());
        try (PreparedStatement select =
                connection.prepareStatement("SELECT id FROM " + table + " WHERE " + condition)) {
            bind(select, values);
            try (ResultSet result = select.executeQuery()) {
                result.next();
                return result.getLong(1);
            }
        }
    }

    private void execute(String sql, List<?> values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(statement, values);
            statement.executeUpdate();
        }
    }

    private static void bind(PreparedStatement statement, List<?> values) throws SQLException {
        for (int i = 0; i < values.size(); i++) {
            statement.setObject(i + 1, values.get(i));
        }
    }

    /** Forgets the numbers of names, which a transaction that was rolled back, or pruning, has taken away. */
    void forgetNames() {
        idByName.clear();
    }

    @Override
    public void close() {
        for (PreparedStatement statement : List.of(bucket, deviceUse, modelUse, workloadUse, counter)) {
            try {
                statement.close();
            } catch (SQLException e) {
                // The connection is closed next, and with it all that is its.
            }
        }
    }
}
