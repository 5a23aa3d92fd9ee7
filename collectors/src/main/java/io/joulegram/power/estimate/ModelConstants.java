package io.joulegram.power.estimate;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Constants of the models that are known better than the built-in table has them, as {@code joulegram calibrate} fits
 * them or a data sheet tells.
 *
 * @param cpu of the processors
 * @param dram of the memory
 */
public record ModelConstants(Optional<Cpu> cpu, Optional<Dram> dram) {
    /** Nothing is known better. */
    public static final ModelConstants NONE = new ModelConstants(Optional.empty(), Optional.empty());

    /**
     * Terms of P = idle + load u^e + memory m, with the utilization u and the memory traffic m, both from 0 to 1: the
     * CPU and memory terms of equation 1 of "Towards Carbon-efficient LLM Life Cycle" (HotCarbon 2024).
     *
     * @param idle power at rest, 0 or more
     * @param load what full utilization adds, 0 or more
     * @param memory what the most traffic that memory takes adds, 0 or more
     * @param exponent e, above 0: below 1 where the first busy cores cost most, 1 for a straight line
     */
    public record Terms(double idle, double load, double memory, double exponent) {
        /** The power. */
        public double at(double utilization, double traffic) {
            return idle + load * Math.pow(utilization, exponent) + memory * traffic;
        }
    }

    /**
     * Of a processor package.
     *
     * @param watts of one package
     * @param threads the threads of that package, so that a machine with fewer, such as a virtual one, gets its share;
     *     those of this machine's package if empty
     * @param uncertaintyRatio relative error of the terms; 0 if empty
     */
    public record Cpu(Terms watts, OptionalInt threads, OptionalDouble uncertaintyRatio) {}

    /**
     * Of memory.
     *
     * @param wattsPerGb of one gigabyte (2^30 bytes)
     * @param uncertaintyRatio relative error of the terms; 0 if empty
     */
    public record Dram(Terms wattsPerGb, OptionalDouble uncertaintyRatio) {}
}
