package io.joulegram.agent.phases;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Learns what the phases of one model on one server cost.
 *
 * <p>Intervals are put together to windows, so that what is in flight at a window's ends, whose tokens are counted in
 * another window than its energy, is little against what is in it. The newest {@value #MAX_WINDOWS} windows of at most
 * {@value #MAX_AGE_SECONDS} s ago are kept; a load or devices that have changed, so that the newest
 * {@value #CHANGE_WINDOWS} windows are off the fit by more than a tenth in sum, make it forget all. Each
 * {@value #FIT_EVERY} windows a new fit is made. Owned by one thread.
 */
public final class PhaseLearner {
    /** Bounds the memory (50 kB) and the time of a fit (some milliseconds). */
    static final int MAX_WINDOWS = 512;

    /** Where tokens are counted at the end of requests, windows are long, and so is the time to learn. */
    static final long MAX_AGE_SECONDS = 86_400;

    static final int CHANGE_WINDOWS = 12;
    static final int FIT_EVERY = 8;

    /** Many decode steps and prefills: a prefill takes some tenths of a second at most. */
    static final double MIN_WINDOW_SECONDS = 5;

    /**
     * A window of ten times the 95th percentile of the duration of requests holds ten times what is in flight; for
     * exponential durations that percentile is three times the mean.
     */
    static final double MEAN_DURATIONS_PER_WINDOW = 30;

    /** Of a server that counts finished requests and does not tell how long they take: 30 times 10 s. */
    static final double UNTOLD_WINDOW_SECONDS = 300;

    /** So that a server of very long requests learns within a day at all. */
    static final double LONGEST_WINDOW_SECONDS = 1_200;

    private static final double CHANGE_RATIO = 0.1;

    private final ArrayDeque<PhaseWork> windows = new ArrayDeque<>();
    private PhaseWork open = PhaseWork.NONE;
    private PhaseFit fit = PhaseFit.none(FitState.LEARNING, 0);
    private int sinceFit;

    /**
     * How long windows are.
     *
     * @param atFinish whether output tokens are counted when a request ends
     * @param meanRequestSeconds mean duration of the requests so far, if the server tells it
     */
    public static double windowSeconds(boolean atFinish, OptionalDouble meanRequestSeconds) {
        if (!atFinish) {
            return MIN_WINDOW_SECONDS;
        }
        if (meanRequestSeconds.isEmpty()) {
            return UNTOLD_WINDOW_SECONDS;
        }
        return Math.min(
                LONGEST_WINDOW_SECONDS,
                Math.max(MIN_WINDOW_SECONDS, MEAN_DURATIONS_PER_WINDOW * meanRequestSeconds.getAsDouble()));
    }

    /**
     * Takes an interval that follows the one before.
     *
     * @param windowSeconds by {@link #windowSeconds}
     * @param idle idle power of the devices, if it is known
     */
    public void add(PhaseWork interval, double windowSeconds, Optional<IdleWatts> idle) {
        if (fit.state() == FitState.SHARED) {
            fit = PhaseFit.none(FitState.LEARNING, 0);
        }
        open = open.then(interval);
        if (open.seconds() < windowSeconds) {
            return;
        }
        PhaseWork window = open;
        open = PhaseWork.NONE;
        if (!window.hasTokens()) {
            return;
        }
        windows.addLast(window);
        sinceFit++;
        forgetOld(window.endNanos());
        if (hasChanged(idle.orElse(IdleWatts.NONE).watts())) {
            // All of them: how many of the newest are from before the change is not known.
            forget();
        }
        if (fit.state() == FitState.LEARNING || sinceFit >= FIT_EVERY) {
            fit = PhaseFitter.fit(List.copyOf(windows), idle);
            sinceFit = 0;
        }
    }

    /** Drops the window that is open: what follows does not follow it. */
    public void interrupt() {
        open = PhaseWork.NONE;
    }

    /** Forgets all: the model or the devices are others now. */
    public void forget() {
        forget(FitState.LEARNING);
    }

    /** Forgets all: energy of intervals is not that of this server's work. */
    public void forgetShared() {
        forget(FitState.SHARED);
    }

    /** The newest fit. */
    public PhaseFit fit() {
        return fit;
    }

    private void forget(FitState why) {
        interrupt();
        windows.clear();
        sinceFit = 0;
        fit = PhaseFit.none(why, 0);
    }

    private void forgetOld(long nowNanos) {
        while (nowNanos - windows.getFirst().endNanos() > MAX_AGE_SECONDS * 1_000_000_000L) {
            windows.removeFirst();
        }
        while (windows.size() > MAX_WINDOWS) {
            windows.removeFirst();
        }
    }

    private boolean hasChanged(double idleWatts) {
        if (!fit.holds() || windows.size() <= CHANGE_WINDOWS) {
            return false;
        }
        List<PhaseWork> all = new ArrayList<>(windows);
        double active = 0;
        double explained = 0;
        for (PhaseWork work : all.subList(all.size() - CHANGE_WINDOWS, all.size())) {
            active += work.joules() - idleWatts * work.seconds();
            explained += fit.explainedJoules(work);
        }
        return Math.abs(active - explained) > CHANGE_RATIO * Math.abs(active);
    }
}
