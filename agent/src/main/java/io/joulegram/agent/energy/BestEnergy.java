package io.joulegram.agent.energy;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * The one figure of energy for a device that may tell it in several ways.
 *
 * <p>The rule:
 *
 * <ol>
 *   <li>While the device's energy counter works, energy is the counter's.
 *   <li>Where the counter began anew, is missing, or stands still although power is drawn, a <em>bridge</em> begins at
 *       the instant up to which the counter was right, and the time across it is filled from the integral of the best
 *       power stream: the samples that the driver keeps, which are many and miss nothing, then the one-second average,
 *       then instantaneous readings, because a part-time sensor misses some of these. The bridge ends where the counter
 *       first changes after it is back: the first value that it shows may be as old as the bridge, and what is older than
 *       the end of the bridge would be counted twice. Without power readings it ends where the counter's new epoch begins.
 *   <li>A device without a counter is on a bridge for good.
 *   <li>A counter that is {@linkplain CounterTrust doubted} is bridged like one that is missing for as long as it is.
 *   <li>Time on a bridge that no power stream covers is counted as unobserved, and no energy is invented for it. If
 *       nothing was filled in when the same epoch of the counter goes on, its rise is the energy of that time.
 * </ol>
 *
 * <p>Used by the sampler of the source; allocates nothing.
 */
final class BestEnergy implements EnergyRule {
    /** Still for this long while power is drawn, a counter is stuck: thirty times the slowest update seen. */
    static final long STUCK_NANOS = 3_000_000_000L;

    /** Power below which a counter that stands still is believed. */
    private static final long DRAWN_MILLIWATTS = 5_000;

    /** How long after the end of a bridge power readings are waited for: their averaging lag and some. */
    private static final long PATIENCE_NANOS = 2_000_000_000L;

    private static final long OPEN = Long.MAX_VALUE;
    private static final long NOT_BACK = Long.MIN_VALUE;

    private final @Nullable MeterStream counter;
    private final MeterStream[] powers;
    private final EnergyAccount account;
    private final CounterTrust trust;
    private long lastRiseNanos;
    private long counterCreditedMicrojoules;
    private long counterEpochStartNanos;
    private boolean bridging;
    /** Whether power tells the energy of the bridge, so that the counter's own rise across it must not be taken too. */
    private boolean fromPower;

    private long bridgeEndNanos = OPEN;
    /** When the counter gave its first value in a bridge: it may be an old one, so the bridge ends with the next change. */
    private long backSinceNanos = NOT_BACK;

    /**
     * @param streams at most one counter, then power streams, best first
     * @param account takes the energy
     * @param trust tells whether the counter is believed; of the same streams
     */
    BestEnergy(MeterStream[] streams, EnergyAccount account, CounterTrust trust) {
        counter = MeterStream.counterOf(streams);
        powers = MeterStream.powersOf(streams);
        this.account = account;
        this.trust = trust;
        bridging = counter == null;
    }

    @Override
    public void update(long nowNanos) {
        if (counter != null) {
            trust.update(nowNanos);
            if (counter.lastValueNanos() != Long.MIN_VALUE) {
                followCounter(counter, nowNanos);
            } else if (!bridging && account.bestOf(powers, nowNanos) >= 0) {
                openBridge(account.creditedUntilNanos());
            }
        }
        if (bridging) {
            fillBridge(nowNanos);
        }
    }

    @Override
    public boolean wantsHistory() {
        return bridging;
    }

    private void followCounter(MeterStream stream, long nowNanos) {
        if (!account.isStarted()) {
            start(stream.epochStartNanos());
            joinCounter(stream);
        }
        boolean fresh = stream.isFresh(nowNanos);
        boolean newEpoch = stream.epochStartNanos() != counterEpochStartNanos;
        boolean doubted = trust.isDoubted(nowNanos);
        if (!bridging) {
            if (newEpoch || (!fresh && powerSince(account.creditedUntilNanos())) || isStuck(stream, nowNanos)) {
                // From its last rise, not its last value: it may have stood still before it went wrong.
                openBridge(lastRiseNanos);
                trust.beginAnew();
            } else if (doubted) {
                openBridge(account.creditedUntilNanos());
            } else {
                creditCounter(stream);
            }
        }
        if (doubted) {
            counterEpochStartNanos = stream.epochStartNanos();
            bridgeEndNanos = OPEN;
        }
        if (!fresh || doubted) {
            backSinceNanos = NOT_BACK;
        } else if (bridging && (bridgeEndNanos == OPEN || newEpoch)) {
            resumeCounter(stream, newEpoch, nowNanos);
        }
    }

    private void resumeCounter(MeterStream stream, boolean newEpoch, long nowNanos) {
        if (newEpoch) {
            counterEpochStartNanos = stream.epochStartNanos();
            backSinceNanos = stream.epochStartNanos();
            fromPower |= account.bestOf(powers, nowNanos) >= 0;
            bridgeEndNanos = OPEN;
            if (!fromPower) {
                endBridgeAt(stream.epochStartNanos(), stream.epochStartMicrojoules());
            }
        } else if (!isStuck(stream, nowNanos)) {
            if (backSinceNanos == NOT_BACK) {
                backSinceNanos = stream.lastValueNanos();
            }
            if (fromPower && stream.lastChangeNanos() - backSinceNanos > 0) {
                endBridgeAt(stream.lastChangeNanos(), stream.integratedMicrojoules());
            } else if (!fromPower) {
                bridging = false;
                creditCounter(stream);
            }
        }
    }

    private boolean isStuck(MeterStream stream, long nowNanos) {
        if (stream.lastValueNanos() - stream.lastChangeNanos() < STUCK_NANOS) {
            return false;
        }
        for (int i = 0; i < powers.length; i++) {
            if (powers[i].isFresh(nowNanos) && powers[i].watts() * 1e3 > DRAWN_MILLIWATTS) {
                return true;
            }
        }
        return false;
    }

    private boolean powerSince(long timeNanos) {
        for (int i = 0; i < powers.length; i++) {
            if (!powers[i].curve().isEmpty() && powers[i].coveredUntilNanos() - timeNanos > 0) {
                return true;
            }
        }
        return false;
    }

    private void openBridge(long fromNanos) {
        bridging = true;
        fromPower = false;
        bridgeEndNanos = OPEN;
        backSinceNanos = NOT_BACK;
        account.creditedUntil(fromNanos);
    }

    private void endBridgeAt(long timeNanos, long counterMicrojoules) {
        bridgeEndNanos = timeNanos;
        counterCreditedMicrojoules = counterMicrojoules;
    }

    private void joinCounter(MeterStream stream) {
        counterEpochStartNanos = stream.epochStartNanos();
        counterCreditedMicrojoules = stream.epochStartMicrojoules();
    }

    private void creditCounter(MeterStream stream) {
        long total = stream.integratedMicrojoules();
        if (total != counterCreditedMicrojoules) {
            // When the value was new, which is not the newest reading if the counter stands still behind a bridge.
            lastRiseNanos = stream.lastChangeNanos();
        }
        account.add(total - counterCreditedMicrojoules);
        counterCreditedMicrojoules = total;
        account.creditedUntil(stream.coveredUntilNanos());
        account.takeFrom(0);
    }

    private void start(long timeNanos) {
        account.startAt(timeNanos);
        lastRiseNanos = account.startedNanos();
    }

    private void fillBridge(long nowNanos) {
        int index = account.bestOf(powers, nowNanos);
        if (index >= 0) {
            MeterStream power = powers[index];
            if (!account.isStarted()) {
                start(power.curve().coveredSinceNanos());
            }
            fillFrom(power);
            account.takeFrom(index + (counter == null ? 0 : 1));
        }
        if (bridgeEndNanos == OPEN) {
            return;
        }
        boolean covered = account.creditedUntilNanos() - bridgeEndNanos >= 0;
        if (covered || index < 0 || nowNanos - bridgeEndNanos > PATIENCE_NANOS) {
            account.unobserved(bridgeEndNanos - account.creditedUntilNanos());
            bridging = false;
            lastRiseNanos = bridgeEndNanos;
            creditCounter(requireNonNull(counter));
        }
    }

    private void fillFrom(MeterStream power) {
        long targetNanos = power.coveredUntilNanos();
        if (bridgeEndNanos != OPEN && targetNanos - bridgeEndNanos > 0) {
            targetNanos = bridgeEndNanos;
        }
        if (targetNanos - account.creditedUntilNanos() <= 0) {
            return;
        }
        account.unobserved(power.gapNanosBetween(account.creditedUntilNanos(), targetNanos));
        account.add(account.gainedBy(power, targetNanos));
        account.creditedUntil(targetNanos);
        fromPower = true;
    }
}
