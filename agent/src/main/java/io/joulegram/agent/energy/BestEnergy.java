package io.joulegram.agent.energy;

import static java.util.Objects.requireNonNull;

import io.joulegram.power.Quantity;
import java.util.concurrent.atomic.AtomicLong;
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
 *   <li>Time on a bridge that no power stream covers is counted as unobserved, and no energy is invented for it. If
 *       nothing was filled in when the same epoch of the counter goes on, its rise is the energy of that time.
 * </ol>
 *
 * <p>Used by the sampler of the source; allocates nothing. {@link #unobservedNanos} and {@link #sensorIndex} may be read
 * by any thread.
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
    private final AtomicLong unobservedNanos;
    private volatile int sensorIndex;

    /** Energy up to here was counted before, though the driver may have kept samples of that time. */
    private final long notBeforeNanos;

    private boolean started;
    private long startedNanos;
    private long microjoules;
    private long creditedUntilNanos;
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
     * @param firstMicrojoules energy counted before these streams were opened
     * @param notBeforeNanos up to when that is; {@link Long#MIN_VALUE} if there were none
     * @param unobservedNanos counts time whose energy is not known
     */
    BestEnergy(MeterStream[] streams, long firstMicrojoules, long notBeforeNanos, AtomicLong unobservedNanos) {
        boolean hasCounter = streams.length > 0 && isCounter(streams[0]);
        counter = hasCounter ? streams[0] : null;
        powers = new MeterStream[streams.length - (hasCounter ? 1 : 0)];
        System.arraycopy(streams, hasCounter ? 1 : 0, powers, 0, powers.length);
        this.unobservedNanos = unobservedNanos;
        this.notBeforeNanos = notBeforeNanos;
        microjoules = firstMicrojoules;
        bridging = counter == null;
    }

    private static boolean isCounter(MeterStream stream) {
        return stream.channel().quantity() == Quantity.ENERGY;
    }

    @Override
    public long microjoules() {
        return microjoules;
    }

    @Override
    public long creditedUntilNanos() {
        return creditedUntilNanos;
    }

    @Override
    public long startedNanos() {
        return startedNanos;
    }

    @Override
    public boolean isStarted() {
        return started;
    }

    @Override
    public int sensorIndex() {
        return sensorIndex;
    }

    @Override
    public void update(long nowNanos) {
        if (counter != null) {
            if (counter.lastValueNanos() != Long.MIN_VALUE) {
                followCounter(counter, nowNanos);
            } else if (!bridging && bestPower(nowNanos) >= 0) {
                openBridge(creditedUntilNanos);
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
        if (!started) {
            start(stream.epochStartNanos());
            joinCounter(stream);
        }
        boolean fresh = stream.isFresh(nowNanos);
        boolean newEpoch = stream.epochStartNanos() != counterEpochStartNanos;
        if (!bridging) {
            if (newEpoch || (!fresh && powerSince(creditedUntilNanos))) {
                // From its last rise, not its last value: it may have stood still before it went wrong.
                openBridge(lastRiseNanos);
            } else if (isStuck(stream, nowNanos)) {
                openBridge(lastRiseNanos);
            } else {
                creditCounter(stream);
            }
        }
        if (!fresh) {
            backSinceNanos = NOT_BACK;
        } else if (bridging && (bridgeEndNanos == OPEN || newEpoch)) {
            resumeCounter(stream, newEpoch, nowNanos);
        }
    }

    private void resumeCounter(MeterStream stream, boolean newEpoch, long nowNanos) {
        if (newEpoch) {
            counterEpochStartNanos = stream.epochStartNanos();
            backSinceNanos = stream.epochStartNanos();
            fromPower |= bestPower(nowNanos) >= 0;
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
        creditedUntilNanos = fromNanos;
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
        microjoules += total - counterCreditedMicrojoules;
        counterCreditedMicrojoules = total;
        creditedUntilNanos = stream.coveredUntilNanos();
        sensorIndex = 0;
    }

    private void start(long timeNanos) {
        started = true;
        startedNanos = Math.max(timeNanos, notBeforeNanos);
        creditedUntilNanos = startedNanos;
        lastRiseNanos = startedNanos;
    }

    private void fillBridge(long nowNanos) {
        int index = bestPower(nowNanos);
        if (index >= 0) {
            MeterStream power = powers[index];
            if (!started) {
                start(power.curve().coveredSinceNanos());
            }
            fillFrom(power);
            sensorIndex = index + (counter == null ? 0 : 1);
        }
        if (bridgeEndNanos == OPEN) {
            return;
        }
        boolean covered = creditedUntilNanos - bridgeEndNanos >= 0;
        if (covered || index < 0 || nowNanos - bridgeEndNanos > PATIENCE_NANOS) {
            unobserved(bridgeEndNanos - creditedUntilNanos);
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
        if (targetNanos - creditedUntilNanos <= 0) {
            return;
        }
        unobserved(power.gapNanosBetween(creditedUntilNanos, targetNanos));
        EnergyCurve curve = power.curve();
        microjoules += curve.microjoulesAt(targetNanos) - curve.microjoulesAt(creditedUntilNanos);
        creditedUntilNanos = targetNanos;
        fromPower = true;
    }

    private int bestPower(long nowNanos) {
        return MeterStream.bestOf(powers, nowNanos, started ? creditedUntilNanos : NOT_BACK);
    }

    private void unobserved(long nanos) {
        if (nanos > 0) {
            unobservedNanos.addAndGet(nanos);
        }
    }
}
