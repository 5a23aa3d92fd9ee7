package io.joulegram.agent.calibrate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The fits of a stress run: of processors and memory apart by their counters, or of the whole server by a wall meter.
 * Immutable.
 *
 * @param cpu all processors; empty if their power was not measured
 * @param dram all memory; empty if its power was not measured
 * @param wall the whole server; empty unless a wall meter measured it
 * @param warnings what makes the fits worth less, a sentence each
 */
public record Calibration(
        Optional<PowerFit> cpu, Optional<PowerFit> dram, Optional<PowerFit> wall, List<String> warnings) {
    private static final double MIN_R2 = 0.9;
    private static final double MAX_STRAY_UTILIZATION = 0.1;
    private static final double MAX_REST_UTILIZATION = 0.05;
    private static final double MAX_DRIFT_RATIO = 0.1;

    /** Copies the list. */
    public Calibration {
        warnings = List.copyOf(warnings);
    }

    /**
     * Fits the power of processors and memory by their counters.
     *
     * @throws CalibrationException if the levels do not tell the terms apart
     */
    public static Calibration byCounters(List<MeasuredLevel> levels) throws CalibrationException {
        List<String> warnings = strayLoad(levels);
        Optional<PowerFit> cpu = fit(
                "processors",
                levels,
                levels.stream().map(MeasuredLevel::cpuWatts).toList(),
                true,
                warnings);
        Optional<PowerFit> dram = fit(
                "memory", levels, levels.stream().map(MeasuredLevel::dramWatts).toList(), false, warnings);
        return new Calibration(cpu, dram, Optional.empty(), warnings);
    }

    /**
     * Fits the power of the whole server.
     *
     * @throws CalibrationException if the log does not cover the levels, or these do not tell the terms apart
     */
    public static Calibration byWallMeter(List<MeasuredLevel> levels, WallMeterLog log) throws CalibrationException {
        List<OptionalDouble> watts = new ArrayList<>();
        for (MeasuredLevel level : levels) {
            watts.add(OptionalDouble.of(log.meanWatts(level)));
        }
        List<String> warnings = strayLoad(levels);
        Optional<PowerFit> wall = fit("the server", levels, watts, true, warnings);
        return new Calibration(Optional.empty(), Optional.empty(), wall, warnings);
    }

    private static Optional<PowerFit> fit(
            String what,
            List<MeasuredLevel> levels,
            List<OptionalDouble> measured,
            boolean curved,
            List<String> warnings)
            throws CalibrationException {
        if (!measured.stream().allMatch(OptionalDouble::isPresent)) {
            return Optional.empty();
        }
        double[] watts =
                measured.stream().mapToDouble(OptionalDouble::getAsDouble).toArray();
        PowerFit fit = PowerFit.of(levels.stream().map(MeasuredLevel::load).toList(), watts, curved);
        if (fit.r2() < MIN_R2) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "the fit explains only %.0f %% of how the power of %s differs between levels: better do not use it",
                    100 * Math.max(0, fit.r2()),
                    what));
        }
        double first = watts[0];
        double last = watts[watts.length - 1];
        if (isRest(levels.get(0))
                && isRest(levels.get(levels.size() - 1))
                && Math.abs(last - first) > MAX_DRIFT_RATIO * Math.max(first, last)) {
            warnings.add(String.format(
                    Locale.ROOT,
                    "power of %s at rest went from %.1f to %.1f W: the host was not settled; take longer levels"
                            + " (--seconds)",
                    what,
                    first,
                    last));
        }
        return Optional.of(fit);
    }

    private static boolean isRest(MeasuredLevel level) {
        return level.plannedUtilization() == 0;
    }

    private static List<String> strayLoad(List<MeasuredLevel> levels) {
        List<String> warnings = new ArrayList<>();
        for (MeasuredLevel level : levels) {
            double stray = level.load().utilization() - level.plannedUtilization();
            if (stray > (isRest(level) ? MAX_REST_UTILIZATION : MAX_STRAY_UTILIZATION)) {
                warnings.add(String.format(
                        Locale.ROOT,
                        "other work ran in the level \"%s\": utilization %.0f %%, of which %.0f %% was the level's",
                        level.load().level(),
                        100 * level.load().utilization(),
                        100 * level.plannedUtilization()));
            } else if (stray < -MAX_STRAY_UTILIZATION) {
                warnings.add(String.format(
                        Locale.ROOT,
                        "the level \"%s\" was held back: utilization %.0f %% in place of %.0f %%",
                        level.load().level(),
                        100 * level.load().utilization(),
                        100 * level.plannedUtilization()));
            }
        }
        return warnings;
    }
}
