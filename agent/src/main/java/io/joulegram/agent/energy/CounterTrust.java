package io.joulegram.agent.energy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether an energy counter that counts may be believed, by the power that the same device tells.
 *
 * <p>A counter is the better witness: it misses nothing, and power that is read now and then, or by a sensor that sees part
 * of the time, may be far off without a fault. So the counter is doubted only on evidence that load cannot make up, in two
 * windows of a minute in a row:
 *
 * <ul>
 *   <li>It counts more than the device can draw: its mean power is above the board's limit by more than three times its
 *       own uncertainty, and a power stream tells of less than the limit.
 *   <li>Every power stream that misses nothing (the driver's samples, an average over more than its update period)
 *       integrates to an energy that differs by more than three times their joint uncertainty, and at least by 15 %.
 * </ul>
 *
 * <p>A power stream whose value hardly changes says nothing: it may be the one that stands still. The counter is believed
 * again after three windows in a row in which it keeps below the limit and within half that difference, and at once where
 * no power is read any more. A window in which the counter began anew, stood still or was not read is no evidence.
 *
 * <p>Used by the sampler of the source, without allocating but where the verdict changes; {@link #doubt()} by any thread.
 */
final class CounterTrust {
    private static final Logger LOG = LoggerFactory.getLogger(CounterTrust.class);

    /** Long against the steps of a counter and the lag of an average, which are then worth less than 2 %. */
    static final long WINDOW_NANOS = 60_000_000_000L;

    private static final int WINDOWS_TO_DOUBT = 2;
    private static final int WINDOWS_TO_TRUST = 3;
    private static final double DOUBTED_SIGMAS = 3;
    /**
     * The least difference that is doubted: in beat with a load the driver's samples of an H100 are off by 5 %
     * (docs/validation.md), however well the gain is known.
     */
    private static final double LEAST_DOUBTED = 0.15;
    /** Share of the time that a power stream must see to be evidence by itself. */
    private static final double ALL_SEEING = 0.9;

    private static final int MIN_CHANGES = 30;
    private static final double MAX_GAP_RATIO = 0.01;
    /** How long power is waited for that lags the counter. */
    private static final long PATIENCE_NANOS = 5_000_000_000L;

    private static final double WATTS_PER_MICROJOULE_PER_NANO = 1e3;
    private static final long NEVER = Long.MIN_VALUE;
    private static final long ABSENT = -1;

    private final @Nullable MeterStream counter;
    private final MeterStream[] powers;
    private final long[] beginMicrojoules;
    private final long[] beginGapNanos;
    private final long[] beginChanges;

    private long epochStartNanos = NEVER;
    /** The change that is too old to begin a window with. */
    private long passedNanos = NEVER;

    private long beginNanos = NEVER;
    private long beginCounterMicrojoules;
    private long endNanos = NEVER;
    private long endCounterMicrojoules;
    private int doubtfulWindows;
    private int goodWindows;
    private volatile @Nullable String doubt;

    /** @param streams of one meter: at most one counter, then power streams */
    CounterTrust(MeterStream[] streams) {
        counter = MeterStream.counterOf(streams);
        powers = MeterStream.powersOf(streams);
        beginMicrojoules = new long[powers.length];
        beginGapNanos = new long[powers.length];
        beginChanges = new long[powers.length];
    }

    /** Takes in what the streams have told; before the verdict is asked for. */
    void update(long nowNanos) {
        if (counter != null && powers.length > 0) {
            watch(counter, nowNanos);
        }
    }

    private void watch(MeterStream counter, long nowNanos) {
        if (counter.epochStartNanos() != epochStartNanos) {
            epochStartNanos = counter.epochStartNanos();
            beginAnew();
        }
        long changedNanos = counter.lastChangeNanos();
        boolean due = beginNanos == NEVER ? changedNanos != passedNanos : changedNanos - beginNanos >= WINDOW_NANOS;
        if (endNanos == NEVER && due) {
            endNanos = changedNanos;
            endCounterMicrojoules = counter.integratedMicrojoules();
        }
        if (endNanos == NEVER) {
            return;
        }
        if (isCovered(nowNanos)) {
            if (beginNanos != NEVER) {
                judge(counter);
            }
            beginWindow();
        } else if (nowNanos - endNanos > PATIENCE_NANOS) {
            beginAnew();
        }
    }

    /** Drops the window: what the counter told in it says nothing of its drift. */
    void beginAnew() {
        passedNanos = counter == null ? NEVER : counter.lastChangeNanos();
        beginNanos = NEVER;
        endNanos = NEVER;
    }

    /** Whether the energy is to be taken from power although the counter counts. */
    boolean isDoubted(long nowNanos) {
        return doubt != null && isAnyFresh(nowNanos);
    }

    /** Why the counter is doubted, in words; empty while it is not. Any thread. */
    Optional<String> doubt() {
        return Optional.ofNullable(doubt);
    }

    private boolean isAnyFresh(long nowNanos) {
        for (int i = 0; i < powers.length; i++) {
            if (powers[i].isFresh(nowNanos)) {
                return true;
            }
        }
        return false;
    }

    /** Whether every power stream that gives values has come up to the end of the window. */
    private boolean isCovered(long nowNanos) {
        boolean any = false;
        for (int i = 0; i < powers.length; i++) {
            if (powers[i].isFresh(nowNanos) && !powers[i].curve().isEmpty()) {
                any = true;
                if (powers[i].coveredUntilNanos() - endNanos < 0) {
                    return false;
                }
            }
        }
        return any;
    }

    private void beginWindow() {
        beginNanos = endNanos;
        beginCounterMicrojoules = endCounterMicrojoules;
        for (int i = 0; i < powers.length; i++) {
            MeterStream power = powers[i];
            boolean tells = !power.curve().isEmpty()
                    && power.curve().coveredSinceNanos() - endNanos <= 0
                    && power.coveredUntilNanos() - endNanos >= 0;
            beginMicrojoules[i] = tells ? power.curve().microjoulesAt(endNanos) : ABSENT;
            beginGapNanos[i] = power.gapNanosUntil(endNanos);
            beginChanges[i] = power.changesSeen();
        }
        endNanos = NEVER;
    }

    private void judge(MeterStream counter) {
        long elapsedNanos = endNanos - beginNanos;
        long counted = endCounterMicrojoules - beginCounterMicrojoules;
        double limitWatts = counter.channel().maxWatts();
        double gain = counter.channel().gainUncertaintyRatio();
        double countedWatts = watts(counted, elapsedNanos);
        boolean beyond = limitWatts > 0 && countedWatts > limitWatts * (1 + DOUBTED_SIGMAS * gain);
        boolean within = limitWatts <= 0 || countedWatts <= limitWatts * (1 + gain);
        boolean refuted = false;
        int differing = 0;
        int allSeeing = 0;
        int witnesses = 0;
        for (int i = 0; i < powers.length; i++) {
            long integrated = integrated(i, elapsedNanos);
            if (integrated <= 0) {
                continue;
            }
            witnesses++;
            refuted |= beyond && watts(integrated, elapsedNanos) <= limitWatts;
            if (seenRatio(i, elapsedNanos) >= ALL_SEEING) {
                allSeeing++;
                double apart = Math.abs(Math.log((double) Math.max(1, counted) / integrated));
                double most = doubted(gain, powers[i].channel().gainUncertaintyRatio());
                differing += apart > most ? 1 : 0;
                within &= apart <= most / 2;
            }
        }
        boolean outvoted = allSeeing > 0 && differing == allSeeing;
        conclude(refuted || outvoted, within && witnesses > 0, refuted, countedWatts);
    }

    private static double doubted(double counterGain, double powerGain) {
        return Math.max(LEAST_DOUBTED, DOUBTED_SIGMAS * Math.sqrt(counterGain * counterGain + powerGain * powerGain));
    }

    private static double watts(long microjoules, long nanos) {
        return WATTS_PER_MICROJOULE_PER_NANO * microjoules / nanos;
    }

    /** What a power stream has integrated over the window; 0 if it says nothing of the counter. */
    private long integrated(int power, long elapsedNanos) {
        MeterStream stream = powers[power];
        boolean tells = beginMicrojoules[power] != ABSENT
                && stream.coveredUntilNanos() - endNanos >= 0
                && stream.changesSeen() - beginChanges[power] >= MIN_CHANGES
                && stream.gapNanosUntil(endNanos) - beginGapNanos[power] <= MAX_GAP_RATIO * elapsedNanos;
        return tells ? stream.curve().microjoulesAt(endNanos) - beginMicrojoules[power] : 0;
    }

    private double seenRatio(int power, long elapsedNanos) {
        long changes = powers[power].changesSeen() - beginChanges[power];
        return (double) powers[power].channel().windowNanos() * changes / elapsedNanos;
    }

    private void conclude(boolean doubtful, boolean good, boolean refuted, double countedWatts) {
        doubtfulWindows = doubtful ? doubtfulWindows + 1 : 0;
        goodWindows = good && !doubtful ? goodWindows + 1 : 0;
        if (doubt == null && doubtfulWindows >= WINDOWS_TO_DOUBT) {
            String why = "it counts " + Math.round(countedWatts) + " W, "
                    + (refuted ? "more than the device can draw" : "and all power that misses nothing tells otherwise");
            doubt = why;
            LOG.warn("{}: the energy counter is not believed: {}", name(), why);
        } else if (doubt != null && goodWindows >= WINDOWS_TO_TRUST) {
            doubt = null;
            LOG.info("{}: the energy counter is believed again", name());
        }
    }

    private String name() {
        return counter == null
                ? ""
                : counter.channel().domain() + " " + counter.channel().device();
    }
}
