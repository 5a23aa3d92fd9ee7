package io.joulegram.agent.energy;

import io.joulegram.posix.KernelSleep;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one power source at its instants, on a thread of its own, and feeds its meters.
 *
 * <ol>
 *   <li>A read that does not come back holds up this thread alone; {@link #isHung} tells of it.
 *   <li>A source whose reads fail {@value #FAILURES_TO_DOWN} times in a row is down. It is then tried again less and
 *       less often, at most {@value #MAX_BACKOFF_NANOS} ns apart, and is up again with the first read that gives a
 *       value.
 *   <li>In steady state a tick allocates nothing, takes no lock and logs nothing.
 * </ol>
 */
public final class SourceSampler {
    private static final Logger LOG = LoggerFactory.getLogger(SourceSampler.class);

    private static final int FAILURES_TO_DOWN = 3;
    private static final long REFRESH_NANOS = 2_000_000_000L;
    private static final long MAX_BACKOFF_NANOS = 5_000_000_000L;
    /** Nothing ends a sleep of the kernel early, so none may hold up the end of the thread for long. */
    private static final long MAX_SLEEP_NANOS = 20_000_000;

    private static final long MAX_SILENCE_NANOS = 20_000_000;
    private static final long IDLE = Long.MIN_VALUE;

    private final PowerSource source;
    private final List<Meter> meters;
    private final Readings readings;
    private final Timetable schedule;
    private final long hangNanos;
    private final LongSupplier clock;
    private final Thread thread;
    private final KernelSleep sleep = new KernelSleep();

    private final AtomicLong callStartedNanos = new AtomicLong(IDLE);
    private final AtomicLong ticks = new AtomicLong();
    private final AtomicLong missedTicks = new AtomicLong();
    private final AtomicLong readNanos = new AtomicLong();
    private final AtomicLong latenessNanos = new AtomicLong();
    private final AtomicLong interruptions = new AtomicLong();
    private final Map<String, AtomicLong> errors = new ConcurrentHashMap<>();
    private volatile String downReason = "not read yet";
    private volatile long downSinceNanos;
    private volatile boolean stopping;

    private int failures;
    private long backoffNanos;
    private long nextRefreshNanos;
    private long seenInterruptions;
    private long metersUpdatedNanos;

    /** @param hangNanos a call that takes longer is taken to hang */
    SourceSampler(PowerSource source, List<Meter> meters, Timetable schedule, long hangNanos, LongSupplier clock) {
        this.source = source;
        this.meters = List.copyOf(meters);
        this.schedule = schedule;
        this.hangNanos = hangNanos;
        this.clock = clock;
        readings = new Readings(source.channels().size());
        downSinceNanos = clock.getAsLong();
        metersUpdatedNanos = downSinceNanos - MAX_SILENCE_NANOS;
        thread = new Thread(this::run, "sampler-" + source.name());
        thread.setDaemon(true);
        source.wantHistory(wantsHistory());
        source.gather();
    }

    void start() {
        thread.start();
    }

    /** Asks the thread to end after the tick it is in. */
    void stop() {
        stopping = true;
        LockSupport.unpark(thread);
    }

    /** Waits for the thread to end, and closes the source on it; gives up on one that hangs. */
    boolean awaitEnd(long timeoutMillis) throws InterruptedException {
        thread.join(timeoutMillis);
        return !thread.isAlive();
    }

    /** Whether the thread has not ended; one that was told to stop and runs on hangs in a driver call. Any thread. */
    boolean isRunning() {
        return thread.isAlive();
    }

    /** Makes the next reading of every meter a new beginning, after a time in which the host did not run. */
    void interruptMeters() {
        interruptions.incrementAndGet();
    }

    private void run() {
        try {
            while (!stopping) {
                awaitTick();
            }
        } finally {
            // What it gave last says nothing of now, from here on and not only when it is stale.
            down("closed", clock.getAsLong());
            source.close();
        }
    }

    // On its own so that it is compiled soon: the loop around it turns too seldom for its own code to be replaced in
    // time.
    private void awaitTick() {
        long deadlineNanos = schedule.deadlineNanos();
        long now = clock.getAsLong();
        if (deadlineNanos - now > 0) {
            pause(deadlineNanos, deadlineNanos - now);
            now = clock.getAsLong();
        }
        if (deadlineNanos - now <= 0 && !stopping) {
            tick(now, now - deadlineNanos);
        }
    }

    private void pause(long deadlineNanos, long waitNanos) {
        if (waitNanos > MAX_SLEEP_NANOS) {
            LockSupport.parkNanos(this, waitNanos);
        } else {
            sleep.until(deadlineNanos);
        }
    }

    /** One tick; {@code lateNanos} after it was due. */
    void tick(long startNanos, long lateNanos) {
        long missedBefore = schedule.missedTicks();
        try {
            sample(startNanos, lateNanos);
        } catch (RuntimeException | LinkageError e) {
            // A source with a fault of its own must not end this thread: it is tried again like one that does not
            // answer.
            callStartedNanos.setRelease(IDLE);
            broken(e);
        }
        long now = clock.getAsLong();
        schedule.advance(now);
        while (backoffNanos > 0 && schedule.deadlineNanos() - now < backoffNanos) {
            schedule.advance(now);
        }
        add(missedTicks, schedule.missedTicks() - missedBefore);
    }

    private void sample(long startNanos, long lateNanos) {
        callStartedNanos.setRelease(startNanos);
        readings.clear();
        source.read(readings);
        long endNanos = clock.getAsLong();
        callStartedNanos.setRelease(IDLE);
        add(readNanos, endNanos - startNanos);
        add(latenessNanos, lateNanos);
        add(ticks, 1);
        applyInterruptions();
        // Rules that go by time need to see it pass, though not a thousand times a second.
        if (!readings.isEmpty() || endNanos - metersUpdatedNanos > MAX_SILENCE_NANOS) {
            metersUpdatedNanos = endNanos;
            for (int i = 0; i < meters.size(); i++) {
                meters.get(i).update(readings, endNanos);
            }
            source.wantHistory(wantsHistory());
            judge(endNanos);
        }
        if (endNanos - nextRefreshNanos >= 0 || nextRefreshNanos == 0) {
            refresh(endNanos);
        }
    }

    private boolean wantsHistory() {
        boolean wanted = false;
        for (int i = 0; i < meters.size(); i++) {
            wanted |= meters.get(i).wantsHistory();
        }
        return wanted;
    }

    private void refresh(long nowNanos) {
        nextRefreshNanos = nowNanos + REFRESH_NANOS;
        if (downReason.isEmpty()) {
            callStartedNanos.setRelease(nowNanos);
            source.refresh();
            callStartedNanos.setRelease(IDLE);
        }
    }

    private void applyInterruptions() {
        long now = interruptions.getAcquire();
        if (now != seenInterruptions) {
            seenInterruptions = now;
            for (int i = 0; i < meters.size(); i++) {
                meters.get(i).interrupt();
            }
        }
    }

    private void judge(long nowNanos) {
        int failedChannel = -1;
        boolean measured = false;
        boolean quiet = false;
        for (int i = 0; i < readings.size(); i++) {
            Readings.Status status = readings.status(i);
            measured |= status == Readings.Status.MEASURED;
            quiet |= status == Readings.Status.NO_DATA;
            if (status == Readings.Status.FAILED) {
                failedChannel = i;
            }
        }
        // A channel that was not asked says nothing for its source while another fails.
        measured |= quiet && failedChannel < 0;
        if (failedChannel >= 0) {
            countError(readings.errorCode(failedChannel));
        }
        if (measured) {
            failures = 0;
            backoffNanos = 0;
            if (!downReason.isEmpty()) {
                LOG.info("{}: gives values", source.name());
                downReason = "";
            }
        } else {
            failed(failedChannel, nowNanos);
        }
    }

    private void failed(int failedChannel, long nowNanos) {
        failures++;
        if (failures < FAILURES_TO_DOWN) {
            return;
        }
        String reason = failedChannel >= 0 ? source.errorName(readings.errorCode(failedChannel)) : "no channel works";
        if (!reason.equals(downReason)) {
            LOG.warn("{}: no values: {}", source.name(), reason);
        }
        down(reason, nowNanos);
    }

    private void broken(Throwable fault) {
        String reason = "reading failed: " + fault;
        if (!reason.equals(downReason)) {
            LOG.error("{}: no values", source.name(), fault);
        }
        failures = FAILURES_TO_DOWN;
        down(reason, clock.getAsLong());
    }

    private void down(String reason, long nowNanos) {
        if (downReason.isEmpty()) {
            downSinceNanos = nowNanos;
        }
        downReason = reason;
        backoffNanos = Math.min(MAX_BACKOFF_NANOS, Math.max(schedule.intervalNanos(), 2 * backoffNanos));
    }

    private void countError(int code) {
        errors.computeIfAbsent(source.errorName(code), name -> new AtomicLong()).incrementAndGet();
    }

    private static void add(AtomicLong counter, long amount) {
        counter.setRelease(counter.getPlain() + amount);
    }

    /** The source that is read. */
    public PowerSource source() {
        return source;
    }

    /** The meters that it feeds. */
    public List<Meter> meters() {
        return meters;
    }

    /** Why there are no values now: {@code hung ...} or the name of an error; empty if there are. Any thread. */
    public String downReason() {
        long started = callStartedNanos.getAcquire();
        if (started != IDLE && clock.getAsLong() - started > hangNanos) {
            return "hung in a driver call";
        }
        return downReason;
    }

    /** Whether a call has not come back in time. Any thread. */
    public boolean isHung() {
        long started = callStartedNanos.getAcquire();
        return started != IDLE && clock.getAsLong() - started > hangNanos;
    }

    /** Since when there have been no values; meaningless while there are. Any thread. */
    public long downSinceNanos() {
        return downSinceNanos;
    }

    /** Reads done. Any thread. */
    public long ticks() {
        return ticks.getAcquire();
    }

    /** Intervals that went by without a read; those that a source that is down is spared do not count. Any thread. */
    public long missedTicks() {
        return missedTicks.getAcquire();
    }

    /** Time that reads took together. Any thread. */
    public long readNanos() {
        return readNanos.getAcquire();
    }

    /** Time by which reads began late, together. Any thread. */
    public long latenessNanos() {
        return latenessNanos.getAcquire();
    }

    /** Failed reads by the name of the error. Any thread. */
    public Map<String, Long> errors() {
        Map<String, Long> copy = new TreeMap<>();
        errors.forEach((name, count) -> copy.put(name, count.get()));
        return copy;
    }

    /** The length of an interval. */
    public long intervalNanos() {
        return schedule.intervalNanos();
    }
}
