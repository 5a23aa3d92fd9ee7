package io.joulegram.agent.calibrate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * The levels of a stress run in a CSV file, to be joined with the log of a wall meter later: {@code begin} and {@code
 * end} of what counts, {@code level}, {@code utilization} and {@code planned} from 0 to 1, {@code bytes_per_second} that
 * streamed, and the {@code threads} of the host.
 */
public final class LoadTrace {
    private static final List<String> COLUMNS =
            List.of("begin", "end", "level", "utilization", "planned", "bytes_per_second", "threads");

    /** How a trace begins. */
    public static final String BEGIN = String.join(",", COLUMNS);

    private static final double MAX_BYTES_PER_SECOND = 1e15;
    private static final int MAX_THREADS = 65_536;
    private static final int MAX_LEVELS = 1_000;

    private LoadTrace() {}

    /** Writes it. */
    public static void write(Path file, List<MeasuredLevel> levels, int threads) throws IOException {
        StringBuilder text = new StringBuilder(BEGIN).append('\n');
        for (MeasuredLevel level : levels) {
            text.append(String.format(
                    Locale.ROOT,
                    "%s,%s,%s,%.6f,%.6f,%.0f,%d%n",
                    level.begin(),
                    level.end(),
                    level.load().level(),
                    level.load().utilization(),
                    level.plannedUtilization(),
                    level.load().bytesPerSecond(),
                    threads));
        }
        Files.writeString(file, text);
    }

    /**
     * Reads it.
     *
     * @param threads of this host, which must be those of the trace
     * @throws CalibrationException with file and line, if something is not right
     */
    public static List<MeasuredLevel> read(Path file, int threads) throws CalibrationException {
        List<MeasuredLevel> levels = new ArrayList<>();
        new CsvRows(file).each(COLUMNS, row -> {
            Instant begin = row.time("begin");
            Instant end = row.time("end");
            if (!end.isAfter(begin)) {
                throw row.wrong("end", end + " is not after begin, " + begin);
            }
            if (!levels.isEmpty()
                    && begin.isBefore(levels.get(levels.size() - 1).end())) {
                throw row.wrong("begin", begin + " is before the end of the level before");
            }
            int traced = (int) row.number("threads", 1, MAX_THREADS);
            if (traced != threads) {
                throw row.wrong(
                        "threads", "the trace is of a host of " + traced + " threads, and this one has " + threads);
            }
            if (levels.size() == MAX_LEVELS) {
                throw row.wrong("level", "there are more than " + MAX_LEVELS + " levels");
            }
            levels.add(new MeasuredLevel(
                    begin,
                    end,
                    new Load(
                            row.text("level"),
                            row.number("utilization", 0, 1),
                            row.number("bytes_per_second", 0, MAX_BYTES_PER_SECOND)),
                    row.number("planned", 0, 1),
                    OptionalDouble.empty(),
                    OptionalDouble.empty()));
        });
        return List.copyOf(levels);
    }
}
