package io.joulegram.agent.attribution;

import io.joulegram.power.Component;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.EnumSet;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

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
    /** Of the intervals as they are; null when they have changed since. */
    private @Nullable WindowTotals totals;

    /** The intervals of several windows, for what their models did together. A copy. */
    public static RollingWindow together(Collection<RollingWindow> windows) {
        RollingWindow all = new RollingWindow();
        windows.forEach(window -> window.shares.forEach(all::add));
        return all;
    }

    void add(IntervalShare share) {
        shares.addLast(share);
        totals = null;
    }

    /** Drops what is older than a minute. */
    void expire(long nowNanos) {
        while (!shares.isEmpty() && nowNanos - shares.getFirst().endNanos() > SPAN_NANOS) {
            shares.removeFirst();
            totals = null;
        }
    }

    private WindowTotals totals() {
        WindowTotals known = totals;
        if (known == null) {
            known = WindowTotals.of(shares);
            totals = known;
        }
        return known;
    }

    /** Output tokens, or all tokens, in the window. */
    public long tokens(boolean all) {
        return all ? totals().tokens().all() : totals().tokens().generated();
    }

    /** Requests that finished in the window. */
    public long requests() {
        return totals().tokens().requests();
    }

    /** What those took from their arrival to their end, summed, in microseconds. */
    public long requestMicroseconds() {
        return totals().tokens().requestMicroseconds();
    }

    /** Whether the energy beyond idle is known for every interval that had tokens. */
    public boolean isActiveKnown() {
        return totals().isActiveKnown();
    }

    /**
     * Energy inside a boundary.
     *
     * @param activeOnly without what the devices would have used idle
     */
    public long microjoules(Set<Component> boundary, boolean activeOnly) {
        return totals().microjoules(boundary, activeOnly);
    }

    /** Relative standard uncertainty of {@link #microjoules} from how energy was divided between those who share it. */
    public double divisionRatio(Set<Component> boundary, boolean activeOnly) {
        long energy = totals().microjoules(boundary, activeOnly);
        return energy > 0 ? totals().divisionMicrojoules(boundary, activeOnly) / energy : 0;
    }

    /**
     * Grams of CO2e inside a boundary, from energy, by the headline's basis, and from the making of the devices. Without
     * idle these are the grams
     * of active energy, and the embodied grams of intervals that had tokens.
     */
    public double grams(Set<Component> boundary, boolean activeOnly) {
        return totals().grams(boundary, activeOnly);
    }

    /** Grams of CO2e from all energy inside a boundary, location-based. */
    public double locationGrams(Set<Component> boundary) {
        return totals().locationGrams(boundary);
    }

    /** The part of {@link #grams} of one component that is of the making of the devices. */
    public double embodiedGrams(Component component, boolean activeOnly) {
        return totals().embodiedGrams(component, activeOnly);
    }

    /** Joules per computed prompt token of GPU energy beyond idle; empty without tokens or while idle is unknown. */
    public OptionalDouble prefillJoulesPerToken() {
        return perToken(
                totals().prefill().microjoules(Component.GPU), totals().tokens().computedPrompt());
    }

    /** Joules per output token of GPU energy beyond idle; empty without tokens or while idle is unknown. */
    public OptionalDouble decodeJoulesPerToken() {
        return perToken(
                totals().decode().microjoules(Component.GPU), totals().tokens().generated());
    }

    private OptionalDouble perToken(long microjoules, long tokens) {
        return tokens > 0 && isActiveKnown() ? OptionalDouble.of(microjoules * 1e-6 / tokens) : OptionalDouble.empty();
    }
}
