package io.joulegram.agent.calibrate;

import io.joulegram.posix.NativeMemory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads that compute, or read and write memory far larger than the caches, in a share of each period; one for each
 * logical processor. The thread that makes this alone may use it.
 */
final class StressThreads implements AutoCloseable {
    private static final long PERIOD_NANOS = 10_000_000;
    private static final long IDLE_NANOS = 50_000_000;
    private static final int ROUNDS = 20_000;

    /** A cache line; one access moves all of it, to the processor and back. */
    private static final int LINE_BYTES = 64;

    private static final int CHUNK_BYTES = 1 << 20;

    /** All threads together: several times the caches of the largest servers. */
    private static final long MAX_BYTES = 4L << 30;

    private static final long MAX_BYTES_PER_THREAD = 1L << 30;
    private static final long SHARE_OF_AVAILABLE = 4;

    private final List<Worker> workers = new ArrayList<>();
    private volatile boolean ending;

    /** @param availableBytes memory that nobody uses; a quarter of it is taken at most */
    StressThreads(int threads, long availableBytes) {
        long share = Math.min(MAX_BYTES, availableBytes / SHARE_OF_AVAILABLE) / threads;
        int bytes = (int) Math.max(CHUNK_BYTES, Math.min(MAX_BYTES_PER_THREAD, share / CHUNK_BYTES * CHUNK_BYTES));
        for (int i = 0; i < threads; i++) {
            workers.add(new Worker(i, PERIOD_NANOS * i / threads, bytes));
        }
        workers.forEach(Thread::start);
    }

    void apply(StressLevel level) {
        for (int i = 0; i < workers.size(); i++) {
            boolean works = i < level.computing() + level.streaming();
            workers.get(i).task = new Task(works ? level.duty() : 0, i >= level.computing());
            LockSupport.unpark(workers.get(i));
        }
    }

    long streamedBytes() {
        return workers.stream().mapToLong(worker -> worker.streamed.get()).sum();
    }

    /** Waits for the threads, so that their memory is given back. */
    @Override
    public void close() {
        ending = true;
        workers.forEach(LockSupport::unpark);
        try {
            for (Worker worker : workers) {
                worker.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private record Task(double duty, boolean streams) {}

    private final class Worker extends Thread {
        private final long phaseNanos;
        private final int bytes;
        private final AtomicLong streamed = new AtomicLong();
        private volatile Task task = new Task(0, false);
        private volatile double computed;
        private int position;

        /** @param phaseNanos by which its periods are shifted, so that threads do not all rest at a time */
        Worker(int number, long phaseNanos, int bytes) {
            super("stress-" + number);
            setDaemon(true);
            this.phaseNanos = phaseNanos;
            this.bytes = bytes;
        }

        @Override
        public void run() {
            long origin = System.nanoTime() + phaseNanos;
            NativeMemory memory = null;
            try {
                while (!ending) {
                    Task now = task;
                    if (now.streams() && now.duty() > 0 && memory == null) {
                        memory = new NativeMemory(bytes);
                    }
                    work(now, origin, memory);
                }
            } finally {
                if (memory != null) {
                    memory.close();
                }
            }
        }

        private void work(Task now, long origin, @Nullable NativeMemory memory) {
            long inPeriod = Math.floorMod(System.nanoTime() - origin, PERIOD_NANOS);
            if (inPeriod >= now.duty() * PERIOD_NANOS) {
                LockSupport.parkNanos(now.duty() == 0 ? IDLE_NANOS : PERIOD_NANOS - inPeriod);
            } else if (now.streams() && memory != null) {
                stream(memory.bytes());
            } else {
                compute();
            }
        }

        private void compute() {
            double value = computed + 1;
            for (int i = 0; i < ROUNDS; i++) {
                value = value * 0.999999 + 1 / (value + i);
            }
            computed = value;
        }

        private void stream(ByteBuffer memory) {
            int end = Math.min(position + CHUNK_BYTES, bytes);
            for (int i = position; i < end; i += LINE_BYTES) {
                memory.putLong(i, memory.getLong(i) + 1);
            }
            streamed.lazySet(streamed.get() + 2L * (end - position));
            position = end == bytes ? 0 : end;
        }
    }
}
