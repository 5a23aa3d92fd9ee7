package io.joulegram.agent.ledger;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes buckets to the ledger on a thread of its own, so that a slow, full or broken disk keeps nobody waiting. What
 * cannot be written is kept and tried again; whoever hands over buckets is told by {@link #isBehind} to make fewer and
 * larger ones meanwhile.
 */
public final class LedgerClerk implements AutoCloseable {
    /**
     * What the ledger keeps, and how long.
     *
     * @param minutes how long minutes are kept before they are rolled into hours
     * @param total after which hours are removed
     * @param zone whose hours they are
     * @param workloads how many workloads an hour tells apart
     */
    public record Retention(Duration minutes, Duration total, ZoneId zone, int workloads) {}

    private static final Logger LOG = LoggerFactory.getLogger(LedgerClerk.class);

    private static final long RETRY_NANOS = 10_000_000_000L;
    private static final long IDLE_NANOS = 600_000_000_000L;
    private static final long JOIN_MILLIS = 5_000;
    private static final int BEHIND = 60;
    /** Months of hours: a disk that is full for longer loses what comes then, and that is logged. */
    private static final int MAX_WAITING = 4_096;
    /** Some 8 MB; beyond that buckets wait without telling workloads apart. */
    private static final int MAX_WAITING_WORKLOADS = 20_000;

    private record Entry(Bucket bucket, List<CounterMark> counters) {}

    private final Path file;
    private final String host;
    private final Retention retention;
    private final InstantSource clock;
    private final Consumer<LedgerReader> onOpened;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private final Thread thread = new Thread(this::run, "ledger");

    private boolean stopping;
    private long lost;
    private int waitingWorkloads;
    private volatile int waitingCount;
    private volatile long oldestWaitingMillis = Long.MAX_VALUE;
    private volatile long bytes;
    private volatile boolean failing;
    private @Nullable Ledger ledger;
    private boolean openedBefore;
    private boolean named;
    private long rolledHour = Long.MIN_VALUE;

    /**
     * @param file whose {@link LedgerLock} the caller holds
     * @param host the name of the host whose ledger it is
     * @param onOpened is given the ledger as an earlier run left it, once, on the clerk's thread, before anything is
     *     written
     */
    public LedgerClerk(
            Path file, String host, Retention retention, InstantSource clock, Consumer<LedgerReader> onOpened) {
        this.file = file;
        this.host = host;
        this.retention = retention;
        this.clock = clock;
        this.onOpened = onOpened;
        thread.setDaemon(true);
    }

    /** Begins to work. */
    public void start() {
        thread.start();
    }

    /** Hands over a bucket, and the counters as they stood at its end; any thread, never waits for the disk. */
    public void offer(Bucket bucket, List<CounterMark> counters) {
        lock.lock();
        try {
            if (waiting.size() >= MAX_WAITING) {
                if (lost++ == 0) {
                    LOG.error("ledger {}: cannot be written to for too long; what is measured now is not kept", file);
                }
                return;
            }
            boolean room = waitingWorkloads + bucket.workloads().size() <= MAX_WAITING_WORKLOADS;
            Bucket kept = room ? bucket : bucket.withWorkloads(List.of());
            waitingWorkloads += kept.workloads().size();
            waiting.addLast(new Entry(kept, List.copyOf(counters)));
            noteWaiting();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether so much waits to be written that larger buckets should be made. */
    public boolean isBehind() {
        return waitingCount >= BEHIND;
    }

    /** Whether the newest attempt to write failed. */
    public boolean isFailing() {
        return failing;
    }

    /** Seconds since the begin of the oldest bucket that was handed over and is not written; 0 if all are. */
    public double lagSeconds() {
        long oldest = oldestWaitingMillis;
        return oldest == Long.MAX_VALUE ? 0 : Math.max(0, clock.millis() - oldest) / 1e3;
    }

    /** Size of the ledger on the disk; 0 before it is open. */
    public long bytes() {
        return bytes;
    }

    private void run() {
        boolean last;
        do {
            last = awaitWork();
            work();
        } while (!last);
        closeLedger();
    }

    /** Waits for buckets, or for the next try while none can be written. Returns whether this is the last time. */
    private boolean awaitWork() {
        lock.lock();
        try {
            long nanos = ledger == null && !failing ? 0 : failing ? RETRY_NANOS : IDLE_NANOS;
            while (!stopping && nanos > 0 && (failing || waiting.isEmpty())) {
                nanos = changed.awaitNanos(nanos);
            }
            return stopping;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        } finally {
            lock.unlock();
        }
    }

    private List<Entry> batch() {
        lock.lock();
        try {
            return new ArrayList<>(waiting);
        } finally {
            lock.unlock();
        }
    }

    private void work() {
        try {
            Ledger open = opened();
            List<Entry> batch = batch();
            if (!batch.isEmpty()) {
                open.append(
                        batch.stream().map(Entry::bucket).toList(),
                        batch.stream()
                                .flatMap(entry -> entry.counters().stream())
                                .toList());
                written(batch.size());
            }
            keepHouse(open);
            bytes = open.bytes();
            noteSuccess();
        } catch (LedgerException e) {
            noteFailure(e.getMessage());
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.error("ledger {}: failed", file, e);
            }
            noteFailure("ledger " + file + ": " + e);
        }
    }

    private Ledger opened() throws LedgerException {
        Ledger open = ledger;
        if (open == null) {
            open = Ledger.open(file, clock.instant());
            open.setAside().ifPresent(aside -> LOG.error("ledger {}: was damaged; it is kept as {}", file, aside));
            ledger = open;
        }
        if (!openedBefore) {
            onOpened.accept(open.reader());
            openedBefore = true;
        }
        if (!named) {
            open.nameHost(host);
            named = true;
        }
        return open;
    }

    private void written(int count) {
        lock.lock();
        try {
            for (int i = 0; i < count; i++) {
                waitingWorkloads -= waiting.removeFirst().bucket().workloads().size();
            }
            noteWaiting();
        } finally {
            lock.unlock();
        }
    }

    private void noteWaiting() {
        waitingCount = waiting.size();
        Entry oldest = waiting.peekFirst();
        oldestWaitingMillis = oldest == null ? Long.MAX_VALUE : oldest.bucket().startMillis();
    }

    private void keepHouse(Ledger open) throws LedgerException {
        Instant now = clock.instant();
        long hour = Math.floorDiv(now.getEpochSecond(), 3600L);
        if (hour != rolledHour) {
            open.roll(retention.zone(), now.minus(retention.minutes()), retention.workloads());
            open.prune(now.minus(retention.total()));
            rolledHour = hour;
        }
    }

    private void noteSuccess() {
        if (failing) {
            long missing = takeLost();
            LOG.info(
                    "ledger {}: written again{}",
                    file,
                    missing == 0 ? "" : "; " + missing + " buckets did not fit in memory and are lost");
            failing = false;
        }
    }

    private long takeLost() {
        lock.lock();
        try {
            long taken = lost;
            lost = 0;
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** The file may be another one by the next try, so it is opened anew. */
    private void noteFailure(@Nullable String reason) {
        if (!failing) {
            LOG.error("{}; measuring goes on, and what is measured is kept in memory until it can be written", reason);
            failing = true;
        }
        closeLedger();
    }

    private void closeLedger() {
        Ledger open = ledger;
        ledger = null;
        named = false;
        if (open != null) {
            open.close();
        }
    }

    /** Writes what was handed over, if it can be, and ends. */
    @Override
    public void close() {
        lock.lock();
        try {
            stopping = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(JOIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
