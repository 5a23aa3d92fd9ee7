package io.joulegram.agent.energy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The one figure of energy for a device whose counter is right, but too dear to be read at each instant: on an H200 one
 * reading takes 4 ms of processor time in the driver.
 *
 * <p>The rule: energy runs with the integral of the best power stream, and is steered by the counter as a clock is by a time
 * server.
 *
 * <ol>
 *   <li>At each value of the counter, what it has counted since the <em>anchor</em> is compared with what was credited. The
 *       difference is made up for while the next energy comes in, in proportion to it: at most as much again, and never more
 *       than half of it taken back, so that the figure never falls and never jumps.
 *   <li>In the long run the energy is therefore the counter's, and between two of its values no further from it than the
 *       power stream is.
 *   <li>Time that no power stream covers is unobserved, unless the counter goes on and tells its energy afterwards.
 *   <li>A counter that began anew or stands still although power is drawn is let go. It is anchored again at its first
 *       change: the value that it shows first may be an old one. Once behind by much and then in step again, it has missed
 *       that energy, and is anchored anew as well.
 *   <li>A counter that is {@linkplain CounterTrust doubted} is let go for as long as it is.
 * </ol>
 */
final class DisciplinedEnergy implements EnergyRule {
    private static final long NEVER = Long.MIN_VALUE;
    /** Power below which a counter that stands still is believed. */
    private static final double DRAWN_WATTS = 5;
    /** How old the value of a counter can be when it is read: the slowest update seen. */
    private static final long COUNTER_AGE_NANOS = 100_000_000;
    /** The value holds for some time before it is read. */
    private static final long MEAN_COUNTER_AGE_NANOS = COUNTER_AGE_NANOS / 2;
    /** Differences that the age of the value explains are made up for by this part at a time, as they average out. */
    private static final int AGE_DIVISOR = 4;
    /**
     * A counter that lags by more than this part of what power tells is believed if it goes on to lag. If it does not it has
     * stopped for a while, or begun anew unnoticed.
     */
    private static final double LAG_RATIO = 0.1;
    /** After this long without the counter, time without power readings is unobserved for good. */
    private static final long PATIENCE_NANOS = 20_000_000_000L;

    /** Where the counter and what was credited are taken to agree. */
    private record Anchor(long counterMicrojoules, long creditedMicrojoules) {}

    private final MeterStream counter;
    private final MeterStream[] powers;
    private final EnergyCurve credited;
    private final EnergyAccount account;
    private final CounterTrust trust;
    private volatile @Nullable Anchor anchor;

    private final Arrears arrears = new Arrears();
    private long epochStartNanos = NEVER;
    private long seenValueNanos = NEVER;
    private long anchorableAfterNanos = NEVER;

    /** A value of the counter that the credited energy has not come up to yet. */
    private long pendingNanos = NEVER;

    private long pendingMicrojoules;

    private long comparedNanos;
    private long comparedCounterMicrojoules;
    private long comparedCreditedMicrojoules;

    /** The counter lagged behind at the last comparison. */
    private boolean suspected;

    private long gapNanos;

    /**
     * @param streams one counter, then power streams, best first
     * @param credited the curve to which what is credited is appended
     * @param account takes the energy
     * @param trust tells whether the counter is believed; of the same streams
     */
    DisciplinedEnergy(MeterStream[] streams, EnergyCurve credited, EnergyAccount account, CounterTrust trust) {
        counter = streams[0];
        powers = MeterStream.powersOf(streams);
        this.credited = credited;
        this.account = account;
        this.trust = trust;
    }

    @Override
    public void update(long nowNanos) {
        trust.update(nowNanos);
        boolean doubted = trust.isDoubted(nowNanos);
        if (doubted && anchor != null) {
            letGo();
        }
        noteCounter(doubted);
        int power = account.bestOf(powers, nowNanos);
        compare(nowNanos, power >= 0);
        if (power >= 0) {
            credit(powers[power]);
            if (anchor == null) {
                account.takeFrom(power + 1);
            }
        }
        boolean waited = nowNanos - Math.max(seenValueNanos, account.creditedUntilNanos() - gapNanos) > PATIENCE_NANOS;
        if (gapNanos > 0 && waited) {
            loseStep();
        }
    }

    private void noteCounter(boolean doubted) {
        long valueNanos = counter.lastValueNanos();
        if (valueNanos == NEVER || valueNanos == seenValueNanos) {
            return;
        }
        seenValueNanos = valueNanos;
        if (!account.isStarted()) {
            account.startAt(valueNanos - MEAN_COUNTER_AGE_NANOS);
            epochStartNanos = counter.epochStartNanos();
            anchorAt(account.creditedUntilNanos(), account.microjoules());
        } else if (counter.epochStartNanos() != epochStartNanos) {
            epochStartNanos = counter.epochStartNanos();
            loseStep();
        } else if (doubted) {
            anchorableAfterNanos = valueNanos;
        } else if (anchor != null || counter.lastChangeNanos() - anchorableAfterNanos > 0) {
            pendingNanos = valueNanos - MEAN_COUNTER_AGE_NANOS;
            pendingMicrojoules = counter.integratedMicrojoules();
        }
    }

    private void anchorAt(long timeNanos, long creditedMicrojoules) {
        // What is still owed from an earlier anchor is paid on, and is no difference from this one.
        anchor = new Anchor(counter.integratedMicrojoules(), creditedMicrojoules + arrears.microjoules());
        compared(timeNanos, counter.integratedMicrojoules(), creditedMicrojoules);
        account.takeFrom(0);
    }

    private void compared(long timeNanos, long counterMicrojoules, long creditedMicrojoules) {
        comparedNanos = timeNanos;
        comparedCounterMicrojoules = counterMicrojoules;
        comparedCreditedMicrojoules = creditedMicrojoules;
        pendingNanos = NEVER;
    }

    /** The counter has begun anew, stood still or been lost: what it counted across that says nothing of its drift. */
    private void loseStep() {
        letGo();
        trust.beginAnew();
    }

    /** Believes the counter no more; what it could not tell before stays unobserved. */
    private void letGo() {
        anchor = null;
        suspected = false;
        pendingNanos = NEVER;
        anchorableAfterNanos = seenValueNanos;
        unobserved();
    }

    private void unobserved() {
        if (gapNanos > 0) {
            account.unobserved(gapNanos);
            gapNanos = 0;
        }
    }

    private void compare(long nowNanos, boolean powered) {
        if (pendingNanos == NEVER) {
            return;
        }
        if (credited.coveredUntilNanos() - pendingNanos >= 0) {
            compareWith(credited.microjoulesAt(pendingNanos));
        } else if (!powered) {
            takeAll();
        } else if (nowNanos - pendingNanos > PATIENCE_NANOS) {
            pendingNanos = NEVER;
        }
    }

    private void compareWith(long creditedMicrojoules) {
        Anchor base = anchor;
        if (base == null) {
            anchorAt(pendingNanos, creditedMicrojoules);
            return;
        }
        long elapsedNanos = pendingNanos - comparedNanos;
        long gained = creditedMicrojoules - comparedCreditedMicrojoules;
        if (pendingMicrojoules == comparedCounterMicrojoules && gained * 1e3 > DRAWN_WATTS * elapsedNanos) {
            loseStep();
            return;
        }
        long owed = pendingMicrojoules - base.counterMicrojoules() - (creditedMicrojoules - base.creditedMicrojoules());
        double ofAge = elapsedNanos > 0 ? (double) gained * COUNTER_AGE_NANOS / elapsedNanos : 0;
        double doubtful = -ofAge - LAG_RATIO * gained;
        boolean lags = pendingMicrojoules - comparedCounterMicrojoules - gained < doubtful;
        boolean stumbled = suspected && !lags && owed < doubtful;
        if (stumbled) {
            unobserved();
            anchorAt(pendingNanos, creditedMicrojoules);
        } else if (!lags || suspected) {
            arrears.set(Math.abs(owed) <= ofAge ? owed / AGE_DIVISOR : owed, gained);
            gapNanos = 0;
        }
        suspected = lags;
        compared(pendingNanos, pendingMicrojoules, creditedMicrojoules);
    }

    /** There is no power to run with, so the counter's own steps are all there is. */
    private void takeAll() {
        Anchor base = anchor;
        if (base == null) {
            gapNanos += Math.max(0, pendingNanos - account.creditedUntilNanos());
            account.creditedUntil(pendingNanos);
            unobserved();
            anchorAt(pendingNanos, account.microjoules());
            return;
        }
        long owed =
                pendingMicrojoules - base.counterMicrojoules() - (account.microjoules() - base.creditedMicrojoules());
        account.add(Math.max(0, owed));
        arrears.setExcess(Math.min(0, owed));
        account.creditedUntil(pendingNanos);
        gapNanos = 0;
        compared(pendingNanos, pendingMicrojoules, account.microjoules());
    }

    private void credit(MeterStream power) {
        if (!account.isStarted()) {
            account.startAt(power.curve().coveredSinceNanos());
        }
        long untilNanos = power.coveredUntilNanos();
        if (untilNanos - account.creditedUntilNanos() <= 0) {
            return;
        }
        gapNanos += Math.max(0, power.gapNanosBetween(account.creditedUntilNanos(), untilNanos));
        long gained = account.gainedBy(power, untilNanos);
        account.add(gained + arrears.payWith(gained));
        account.creditedUntil(untilNanos);
        if (anchor == null) {
            unobserved();
        }
    }

    @Override
    public boolean wantsHistory() {
        return true;
    }

    /**
     * What the counter would have counted by the time at which this much was credited, as of its integral; empty while it is
     * not believed. Any thread.
     */
    Optional<Long> counterMicrojoulesAt(long creditedMicrojoules) {
        Anchor base = anchor;
        return base == null
                ? Optional.empty()
                : Optional.of(base.counterMicrojoules() + creditedMicrojoules - base.creditedMicrojoules());
    }
}
