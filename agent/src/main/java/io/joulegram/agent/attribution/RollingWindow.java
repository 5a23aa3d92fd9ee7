package io.joulegram.agent.attribution;

import io.joulegram.power.Component;
import java.util.ArrayDeque;
import java.util.EnumSet;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

/**
 * The closed intervals of one model in the last minute, for figures per token: always a ratio of two sums over the same
 * intervals, never a mean of ratios.
 */
public final class RollingWindow {
    /** How far back the window reaches. */
    static final long SPAN_NANOS = 60_000_000_000L;

    /** Components inside the GPU boundary. */
    public static final Set<Component> GPU = EnumSet.of(Component.GPU);

    /** Components inside the host boundary. */
    public static final Set<Component> HOST = EnumSet.of(Component.GPU, Component.CPU, Component.DRAM, Component.OTHER);

    /** Components inside the facility boundary. */
    public static final Set<Component> FACILITY = EnumSet.allOf(Component.class);

    private final ArrayDeque<IntervalShare> shares = new ArrayDeque<>();

    void add(IntervalShare share) {
        shares.addLast(share);
    }

    /** Drops what is older than a minute. */
    void expire(long nowNanos) {
        while (!shares.isEmpty() && nowNanos - shares.getFirst().endNanos() > SPAN_NANOS) {
            shares.removeFirst();
        }
    }

    /** Output tokens, or all tokens, in the window. */
    public long tokens(boolean all) {
        return sum(share -> all ? share.tokens().all() : share.tokens().generated());
    }

    /** Whether the energy beyond idle is known for every interval that had tokens. */
    public boolean isActiveKnown() {
        return shares.stream()
                .allMatch(share -> share.idleKnown() || share.tokens().isEmpty());
    }

    /**
     * Energy inside a boundary.
     *
     * @param activeOnly without what the devices would have used idle
     */
    public long microjoules(Set<Component> boundary, boolean activeOnly) {
        return sum(share -> boundary.stream()
                .mapToLong(part -> activeOnly ? share.activeMicrojoules(part) : share.microjoules(part))
                .sum());
    }

    /**
     * Grams of CO2e inside a boundary, from energy and from the making of the devices. Without idle these are the grams
     * of active energy, and the embodied grams of intervals that had tokens.
     */
    public double grams(Set<Component> boundary, boolean activeOnly) {
        return sumDouble(share -> boundary.stream()
                .mapToDouble(part -> (activeOnly ? share.activeOperationalGrams(part) : share.operationalGrams(part))
                        + (activeOnly && share.tokens().isEmpty() ? 0 : share.embodiedGrams(part)))
                .sum());
    }

    /** Joules per computed prompt token of GPU energy beyond idle; empty without tokens or while idle is unknown. */
    public OptionalDouble prefillJoulesPerToken() {
        return perToken(
                sum(share -> share.prefill().microjoules(Component.GPU)),
                sum(share -> share.tokens().computedPrompt()));
    }

    /** Joules per output token of GPU energy beyond idle; empty without tokens or while idle is unknown. */
    public OptionalDouble decodeJoulesPerToken() {
        return perToken(
                sum(share -> share.decode().microjoules(Component.GPU)),
                sum(share -> share.tokens().generated()));
    }

    private OptionalDouble perToken(long microjoules, long tokens) {
        return tokens > 0 && isActiveKnown() ? OptionalDouble.of(microjoules * 1e-6 / tokens) : OptionalDouble.empty();
    }

    private long sum(ToLongFunction<IntervalShare> figure) {
        return shares.stream().mapToLong(figure).sum();
    }

    private double sumDouble(ToDoubleFunction<IntervalShare> figure) {
        return shares.stream().mapToDouble(figure).sum();
    }
}
