package io.joulegram.agent.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A stretch of time in which the carbon intensities and the PUE did not change, with what was used in it. Energy and
 * intensity are kept apart, so that grams can be worked out anew when the final intensity of that time is known.
 *
 * @param startMillis when it began, since 1970
 * @param endMillis when it ended
 * @param coveredMillis how much of it the agent was at work; less than its length where several were rolled into one, or
 *     after a step of the wall clock
 * @param kind how it came about
 * @param pue power usage effectiveness in force
 * @param intensities by basis: location, market, marginal; a basis whose intensity was not known is not in it
 * @param devices use by device; their sum is the whole
 * @param models the part of it that belongs to models
 * @param workloads the same energy again by workload of the host, as far as that is known; empty if it was not asked for
 */
public record Bucket(
        long startMillis,
        long endMillis,
        long coveredMillis,
        Kind kind,
        double pue,
        Map<String, BookedIntensity> intensities,
        List<DeviceUse> devices,
        List<ModelUse> models,
        List<WorkloadUse> workloads) {

    /** How a bucket came about. */
    public enum Kind {
        /** Written as time went by: a minute, or less where an intensity changed. */
        MINUTE(0),
        /** Rolled from those of one hour that had the same intensities. */
        HOUR(1),
        /** Energy that was used while no agent ran, told by hardware counters afterwards. */
        BACKFILL(2);

        private final int code;

        Kind(int code) {
            this.code = code;
        }

        /** The number that stands for it in the file. */
        int code() {
            return code;
        }

        /** @throws IllegalArgumentException if no kind has that number */
        static Kind of(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IllegalArgumentException(code + " is no kind of bucket: must be 0, 1 or 2");
        }
    }

    /** @throws IllegalArgumentException if it ends before it begins */
    public Bucket {
        if (endMillis < startMillis || coveredMillis < 0) {
            throw new IllegalArgumentException("a bucket from " + Instant.ofEpochMilli(startMillis) + " to "
                    + Instant.ofEpochMilli(endMillis) + " with " + coveredMillis + " ms covered: must not be negative");
        }
        intensities = Map.copyOf(intensities);
        devices = List.copyOf(devices);
        models = List.copyOf(models);
        workloads = List.copyOf(workloads);
    }

    /** A bucket that does not tell workloads apart. */
    public Bucket(
            long startMillis,
            long endMillis,
            long coveredMillis,
            Kind kind,
            double pue,
            Map<String, BookedIntensity> intensities,
            List<DeviceUse> devices,
            List<ModelUse> models) {
        this(startMillis, endMillis, coveredMillis, kind, pue, intensities, devices, models, List.of());
    }

    /** The same with these workloads in place of its own. */
    public Bucket withWorkloads(List<WorkloadUse> others) {
        return new Bucket(startMillis, endMillis, coveredMillis, kind, pue, intensities, devices, models, others);
    }
}
