package io.joulegram.agent.ledger;

import io.joulegram.power.Component;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/** Reads a ledger, also one that another process is writing to. Used by one thread. */
public final class LedgerReader implements AutoCloseable {
    /** The key of the host's name. */
    static final String HOST = "host";

    private static final long LONGEST_MILLIS = 3_600_000;
    private static final int BUSY_MILLIS = 5_000;
    /** Buckets that are in memory at a time. */
    private static final int BATCH = 256;

    private static final Map<String, Component> COMPONENTS = Arrays.stream(Component.values())
            .collect(Collectors.toUnmodifiableMap(Component::label, Function.identity()));

    private final Connection connection;
    private final Path file;
    private final String carbonFreeColumn;
    private final boolean tellsWorkloads;

    /** @param version of the file's tables; one that is only read is not brought to the newest */
    LedgerReader(Connection connection, Path file, int version) {
        this.connection = connection;
        this.file = file;
        carbonFreeColumn = version < 2 ? "NULL" : "b.location_free";
        tellsWorkloads = version >= 3;
    }

    /**
     * Opens a ledger for reading alone. All that is read is as it was at one instant, whatever is written meanwhile.
     *
     * @throws LedgerException if it is not there, not a ledger, or cannot be read
     */
    public static LedgerReader open(Path file) throws LedgerException {
        if (!Files.isReadable(file)) {
            throw new LedgerException(
                    LedgerException.Kind.UNAVAILABLE,
                    file + (Files.exists(file) ? " cannot be read by this user" : " does not exist"));
        }
        try {
            try {
                return open(file, "jdbc:sqlite:" + file.toAbsolutePath());
            } catch (SQLException e) {
                if (!isAtRestOutOfReach(file, e)) {
                    throw e;
                }
                return open(file, "jdbc:sqlite:" + file.toUri() + "?immutable=1");
            }
        } catch (SQLException e) {
            throw LedgerException.of("ledger " + file, e);
        }
    }

    /**
     * Whether SQLite could not make its files beside a ledger that nobody writes to: it is on a medium that is read-only,
     * or in another user's directory.
     */
    private static boolean isAtRestOutOfReach(Path file, SQLException e) {
        Path log = file.resolveSibling(file.getFileName() + "-wal");
        return e instanceof SQLiteException sqlite
                && (sqlite.getResultCode().code & 0xff) == SQLiteErrorCode.SQLITE_CANTOPEN.code
                && (!Files.exists(log) || log.toFile().length() == 0);
    }

    private static LedgerReader open(Path file, String url) throws SQLException, LedgerException {
        SQLiteConfig config = new SQLiteConfig();
        config.setReadOnly(true);
        config.setBusyTimeout(BUSY_MILLIS);
        Schema.limit(config);
        Connection connection = null;
        try {
            connection = config.createConnection(url);
            // One transaction, so that minutes that become an hour meanwhile are neither missed nor read twice.
            connection.setAutoCommit(false);
            int version = Schema.checkedVersion(connection, file.toString());
            if (version == 0) {
                throw new LedgerException(LedgerException.Kind.FOREIGN, file + " is not a ledger");
            }
            return new LedgerReader(connection, file, version);
        } catch (SQLException | LedgerException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    private static void closeQuietly(@Nullable Connection connection) {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            // Nothing was written through it.
        }
    }

    /** The name of the host whose ledger it is; empty if it was not noted. */
    public Optional<String> host() throws LedgerException {
        try (PreparedStatement select = connection.prepareStatement("SELECT value FROM meta WHERE key = ?")) {
            select.setString(1, HOST);
            try (ResultSet result = select.executeQuery()) {
                return result.next() ? Optional.of(result.getString(1)) : Optional.empty();
            }
        } catch (SQLException e) {
            throw LedgerException.of("ledger " + file, e);
        }
    }

    /** The span of time that the ledger is of, in milliseconds since 1970: begin and end; empty if it is empty. */
    public List<Long> span() throws LedgerException {
        try (PreparedStatement select = connection.prepareStatement("SELECT min(start_ms), max(end_ms) FROM bucket");
                ResultSet result = select.executeQuery()) {
            long start = result.next() ? result.getLong(1) : 0;
            return result.wasNull() ? List.of() : List.of(start, result.getLong(2));
        } catch (SQLException e) {
            throw LedgerException.of("ledger " + file, e);
        }
    }

    /** Gives every bucket that reaches into a span of time and began before its end, in the order of time. */
    public void forEachReaching(long fromMillis, long untilMillis, Consumer<Bucket> consumer) throws LedgerException {
        // A bucket is found by its begin, and is of an hour at most.
        forEach(fromMillis - LONGEST_MILLIS, untilMillis, consumer);
    }

    /**
     * Gives every bucket that began in a span of time, in the order of time.
     *
     * @param fromMillis begin of the span, since 1970
     * @param untilMillis its end, exclusive
     */
    public void forEach(long fromMillis, long untilMillis, Consumer<Bucket> consumer) throws LedgerException {
        try {
            List<Long> ids = new ArrayList<>();
            try (PreparedStatement select = connection.prepareStatement(
                    "SELECT id FROM bucket WHERE start_ms >= ? AND start_ms < ? ORDER BY start_ms, id")) {
                select.setLong(1, fromMillis);
                select.setLong(2, untilMillis);
                try (ResultSet result = select.executeQuery()) {
                    while (result.next()) {
                        ids.add(result.getLong(1));
                    }
                }
            }
            for (int i = 0; i < ids.size(); i += BATCH) {
                batch(ids.subList(i, Math.min(ids.size(), i + BATCH))).forEach(consumer);
            }
        } catch (SQLException e) {
            throw LedgerException.of("ledger " + file, e);
        }
    }

    private List<Bucket> batch(List<Long> ids) throws SQLException {
        String in = ids.stream().map(String::valueOf).collect(Collectors.joining(", ", "(", ")"));
        Map<Long, List<DeviceUse>> devices = devices(in);
        Map<Long, List<ModelUse>> models = models(in);
        Map<Long, List<WorkloadUse>> workloads = tellsWorkloads ? workloads(in) : Map.of();
        List<Bucket> buckets = new ArrayList<>(ids.size());
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT b.id, b.start_ms, b.end_ms, b.covered_ms, b.kind, b.pue, b.location_g, b.market_g,"
                                + " b.marginal_g, " + carbonFreeColumn
                                + ", l.*, m.*, x.* FROM bucket b LEFT JOIN grid l ON l.id = b.location_grid"
                                + " LEFT JOIN grid m ON m.id = b.market_grid LEFT JOIN grid x ON x.id = b.marginal_grid"
                                + " WHERE b.id IN " + in + " ORDER BY b.start_ms, b.id");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                long id = row.getLong(1);
                Map<String, BookedIntensity> intensities = new LinkedHashMap<>();
                double free = row.getDouble(10);
                OptionalDouble carbonFree = row.wasNull() ? OptionalDouble.empty() : OptionalDouble.of(free);
                intensity(row, 7, 12, carbonFree, "location", intensities);
                intensity(row, 8, 18, OptionalDouble.empty(), "market", intensities);
                intensity(row, 9, 24, OptionalDouble.empty(), "marginal", intensities);
                buckets.add(bucket(
                        row,
                        intensities,
                        devices.getOrDefault(id, List.of()),
                        models.getOrDefault(id, List.of()),
                        workloads.getOrDefault(id, List.of())));
            }
        }
        return buckets;
    }

    private static Bucket bucket(
            ResultSet row,
            Map<String, BookedIntensity> intensities,
            List<DeviceUse> devices,
            List<ModelUse> models,
            List<WorkloadUse> workloads)
            throws SQLException {
        try {
            return new Bucket(
                    row.getLong(2),
                    row.getLong(3),
                    row.getLong(4),
                    Bucket.Kind.of(row.getInt(5)),
                    row.getDouble(6),
                    intensities,
                    devices,
                    models,
                    workloads);
        } catch (IllegalArgumentException e) {
            throw new SQLException("bucket " + row.getLong(1) + " is damaged: " + e.getMessage(), e);
        }
    }

    private static void intensity(
            ResultSet row,
            int value,
            int grid,
            OptionalDouble carbonFree,
            String basis,
            Map<String, BookedIntensity> intensities)
            throws SQLException {
        double grams = row.getDouble(value);
        if (!row.wasNull()) {
            intensities.put(
                    basis,
                    new BookedIntensity(
                            grams,
                            row.getString(grid),
                            row.getString(grid + 1),
                            row.getString(grid + 2),
                            row.getString(grid + 3),
                            row.getString(grid + 4),
                            carbonFree));
        }
    }

    private Map<Long, List<DeviceUse>> devices(String in) throws SQLException {
        Map<Long, List<DeviceUse>> uses = new LinkedHashMap<>();
        try (PreparedStatement select = connection.prepareStatement(
                        "SELECT u.bucket, d.component, d.device, d.footprint_low_g, d.footprint_g, d.footprint_high_g,"
                                + " d.lifetime_s, d.origin, s.name, u.energy_uj, u.unobserved_ms, u.uncertainty_ppm,"
                                + " u.embodied_ug FROM device_use u JOIN device d ON d.id = u.device"
                                + " JOIN source s ON s.id = u.source WHERE u.bucket IN " + in
                                + " ORDER BY u.bucket, u.device, u.source");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                LedgerDevice device = new LedgerDevice(
                        component(row.getString(2)),
                        row.getString(3),
                        row.getDouble(4),
                        row.getDouble(5),
                        row.getDouble(6),
                        row.getDouble(7),
                        row.getString(8));
                long energy = row.getLong(10);
                OptionalLong known = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(energy);
                uses.computeIfAbsent(row.getLong(1), id -> new ArrayList<>())
                        .add(new DeviceUse(
                                device,
                                row.getString(9),
                                known,
                                row.getLong(11),
                                row.getLong(12) / 1e6,
                                row.getLong(13)));
            }
        }
        return uses;
    }

    private Map<Long, List<ModelUse>> models(String in) throws SQLException {
        Map<Long, List<ModelUse>> uses = new LinkedHashMap<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT m.server, m.model, u.* FROM model_use u"
                        + " JOIN model m ON m.id = u.model WHERE u.bucket IN " + in + " ORDER BY u.bucket, u.model");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                uses.computeIfAbsent(row.getLong(3), id -> new ArrayList<>())
                        .add(new ModelUse(
                                row.getString(1),
                                row.getString(2),
                                energies(row, 5),
                                row.getLong(10),
                                row.getLong(11),
                                row.getLong(12),
                                row.getLong(13),
                                row.getLong(14),
                                row.getLong(15),
                                row.getLong(16)));
            }
        }
        return uses;
    }

    private Map<Long, List<WorkloadUse>> workloads(String in) throws SQLException {
        Map<Long, List<WorkloadUse>> uses = new LinkedHashMap<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT w.kind, w.name, w.pod_namespace,"
                        + " w.pod_name, w.container_name, u.* FROM workload_use u JOIN workload w ON w.id = u.workload"
                        + " WHERE u.bucket IN " + in + " ORDER BY u.bucket, u.workload");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                LedgerWorkload workload = new LedgerWorkload(
                        row.getString(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5));
                uses.computeIfAbsent(row.getLong(6), id -> new ArrayList<>())
                        .add(new WorkloadUse(workload, energies(row, 8), row.getLong(13)));
            }
        }
        return uses;
    }

    private static Map<Component, Long> energies(ResultSet row, int firstColumn) throws SQLException {
        Map<Component, Long> energy = new EnumMap<>(Component.class);
        int column = firstColumn;
        for (Component component : Component.values()) {
            energy.put(component, row.getLong(column++));
        }
        return energy;
    }

    private static Component component(String label) throws SQLException {
        Component component = COMPONENTS.get(label);
        if (component == null) {
            throw new SQLException("\"" + label + "\" is not a component: must be one of " + COMPONENTS.keySet());
        }
        return component;
    }

    /** The raw counters at the end of the newest bucket. */
    public List<CounterMark> counters() throws LedgerException {
        List<CounterMark> marks = new ArrayList<>();
        try (PreparedStatement select = connection.prepareStatement("SELECT * FROM counter");
                ResultSet row = select.executeQuery()) {
            while (row.next()) {
                marks.add(new CounterMark(
                        component(row.getString(1)),
                        row.getString(2),
                        row.getString(3),
                        row.getString(4),
                        row.getLong(5),
                        row.getDouble(6),
                        row.getLong(7)));
            }
        } catch (SQLException e) {
            throw LedgerException.of("ledger " + file, e);
        }
        return marks;
    }

    @Override
    public void close() {
        closeQuietly(connection);
    }
}
