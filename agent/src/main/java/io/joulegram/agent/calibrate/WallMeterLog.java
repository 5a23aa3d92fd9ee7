package io.joulegram.agent.calibrate;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The log of a wall meter: a CSV file with the columns {@code time} and {@code watts}, in the order of time. Immutable. */
public final class WallMeterLog {
    /** As much as {@code host.other-watts} may be; a log in milliwatts is above it. */
    private static final double MAX_WATTS = 20_000;

    /** Two days of a row each second, in some 20 MB. */
    private static final int MAX_ROWS = 200_000;

    private static final int MIN_SAMPLES = 3;
    private static final double NANOS_PER_SECOND = 1e9;

    private record Sample(Instant time, double watts) {}

    private final Path file;
    private final List<Sample> samples;

    private WallMeterLog(Path file, List<Sample> samples) {
        this.file = file;
        this.samples = List.copyOf(samples);
    }

    /**
     * Reads it.
     *
     * @throws CalibrationException with file and line, if something is not right
     */
    public static WallMeterLog read(Path file) throws CalibrationException {
        List<Sample> samples = new ArrayList<>();
        new CsvRows(file).each(List.of("time", "watts"), row -> {
            Sample sample = new Sample(row.time("time"), row.number("watts", 0, MAX_WATTS));
            if (!samples.isEmpty()) {
                Instant before = samples.get(samples.size() - 1).time();
                if (!sample.time().isAfter(before)) {
                    throw row.wrong("time", sample.time() + " is not after the time of the row before, " + before);
                }
            }
            if (samples.size() == MAX_ROWS) {
                throw row.wrong(
                        "time", "there are more than " + MAX_ROWS + " rows; cut the log to the time of the levels");
            }
            samples.add(sample);
        });
        if (samples.isEmpty()) {
            throw new CalibrationException(
                    file + " has no rows; needed are the columns time,watts and a row each second" + " or so");
        }
        return new WallMeterLog(file, samples);
    }

    /**
     * Mean power in a level, by the trapezoid rule between the samples in it.
     *
     * @throws CalibrationException if fewer than {@value #MIN_SAMPLES} lie in it, or they leave half of it uncovered
     */
    public double meanWatts(MeasuredLevel level) throws CalibrationException {
        List<Sample> inside = samples.stream()
                .filter(sample ->
                        !sample.time().isBefore(level.begin()) && !sample.time().isAfter(level.end()))
                .toList();
        double joules = 0;
        double seconds = 0;
        for (int i = 1; i < inside.size(); i++) {
            double step = seconds(inside.get(i - 1).time(), inside.get(i).time());
            joules += step * (inside.get(i - 1).watts() + inside.get(i).watts()) / 2;
            seconds += step;
        }
        if (inside.size() < MIN_SAMPLES || seconds < seconds(level.begin(), level.end()) / 2) {
            throw new CalibrationException(file + ": " + inside.size() + " rows lie in the level \""
                    + level.load().level() + "\" from " + level.begin() + " to " + level.end()
                    + ", and at least " + MIN_SAMPLES + " over more than half of it are needed; the log is from "
                    + samples.get(0).time() + " to "
                    + samples.get(samples.size() - 1).time()
                    + ": compare the clocks, or take longer levels (--seconds)");
        }
        return joules / seconds;
    }

    private static double seconds(Instant from, Instant until) {
        return Duration.between(from, until).toNanos() / NANOS_PER_SECOND;
    }
}
