package io.joulegram.agent.report;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.OptionalDouble;

/**
 * What one or more hosts used and emitted in a span of time.
 *
 * @param from begin of the span
 * @param until its end, exclusive
 * @param zone whose days are told apart
 * @param hosts the hosts whose ledgers were read
 * @param total the whole
 * @param byComponent the whole by component; a partition of it
 * @param byDevice the whole by host, component and device; a partition of it
 * @param byModel the part that belongs to models, and, last, what belongs to none; a partition of the whole
 * @param byWorkload the whole by container, batch job and unit of the hosts, those that used most first, then what was
 *     nobody's, and, last, what belongs to none that is known; a partition of the whole; empty if no ledger tells
 * @param byDay the whole by day; a partition of it
 * @param byHost the whole by host; a partition of it
 * @param intensities what the operational grams rest on
 * @param coverage how far the span was observed
 * @param bookedGrams location-based operational grams as they were booked; empty if not restated, or unknown
 */
public record Report(
        Instant from,
        Instant until,
        ZoneId zone,
        List<String> hosts,
        Line total,
        List<Line> byComponent,
        List<Line> byDevice,
        List<Line> byModel,
        List<Line> byWorkload,
        List<Line> byDay,
        List<Line> byHost,
        List<IntensityUse> intensities,
        Coverage coverage,
        OptionalDouble bookedGrams) {
    /** Copies the lists. */
    public Report {
        hosts = List.copyOf(hosts);
        byComponent = List.copyOf(byComponent);
        byDevice = List.copyOf(byDevice);
        byModel = List.copyOf(byModel);
        byWorkload = List.copyOf(byWorkload);
        byDay = List.copyOf(byDay);
        byHost = List.copyOf(byHost);
        intensities = List.copyOf(intensities);
    }

    /** The grams of the whole by scope of the GHG Protocol. */
    public List<ScopeLine> scopes() {
        return ScopeLine.of(total);
    }

    /**
     * One provider of intensity, and how much energy it was used for.
     *
     * @param meanGramsPerKwh the mean by energy, not by time
     */
    public record IntensityUse(
            String basis,
            String zone,
            String provider,
            String signal,
            String boundary,
            String dataset,
            double joules,
            double meanGramsPerKwh) {}

    /**
     * How far the span was observed.
     *
     * @param observedRatio share of the span in which an agent was at work, over all hosts, 0 to 1
     * @param backfilledJoules energy that hardware counters told of times without an agent
     * @param unobservedDeviceSeconds time of devices whose energy is not known
     * @param unpricedJoules energy whose intensity was not known; it is in no grams
     * @param carbonFreeRatio share of the energy from renewable sources and nuclear power, by the grid's mix at its time;
     *     empty if that was never known
     * @param unmixedJoules energy of times in which the mix was not known; not in that share
     */
    public record Coverage(
            double observedRatio,
            double backfilledJoules,
            double unobservedDeviceSeconds,
            double unpricedJoules,
            OptionalDouble carbonFreeRatio,
            double unmixedJoules) {}
}
