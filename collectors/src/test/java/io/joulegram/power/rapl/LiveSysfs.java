package io.joulegram.power.rapl;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Counters of a {@link SysfsTree} that run: a thread writes them every two milliseconds, from power that is known
 * exactly. A value is written in one call and is always as long as any other, so a reader never meets half of one.
 *
 * <p>The kernel's clock is shared by all processes, so the truth holds for readers in other processes too.
 */
public final class LiveSysfs implements AutoCloseable {
    private static final long UPDATE_NANOS = 2_000_000;

    /**
     * A zone and what drives it.
     *
     * @param startMicrojoules the counter's value at the begin
     * @param maxEnergyRangeMicrojoules the counter's highest value, after which comes 0
     */
    public record Drive(SysfsZone zone, SquareWave power, long startMicrojoules, long maxEnergyRangeMicrojoules) {}

    private final long beginNanos = System.nanoTime();
    private final Map<SysfsZone, Counter> counters = new ConcurrentHashMap<>();
    private final Thread thread = new Thread(this::update, "live-sysfs");
    private volatile boolean closing;

    private LiveSysfs(List<Drive> drives) {
        for (Drive drive : drives) {
            drive.zone().maxEnergyRangeMicrojoules(drive.maxEnergyRangeMicrojoules());
            Counter counter = new Counter(drive);
            counter.write(beginNanos);
            counters.put(drive.zone(), counter);
        }
        thread.setDaemon(true);
    }

    /** Sets the counters going. */
    public static LiveSysfs start(List<Drive> drives) {
        LiveSysfs live = new LiveSysfs(drives);
        live.thread.start();
        return live;
    }

    /** The exact energy of a zone from the begin until a time of {@link System#nanoTime()}, wraps not counted. */
    public double energyMicrojoules(SysfsZone zone, long atNanos) {
        return counter(zone).drive.power().energyMicrojoules(atNanos - beginNanos);
    }

    /** Makes reads of a zone's counter fail, in a reader that has it open too, as when a driver goes away. */
    public void vanish(SysfsZone zone) {
        counter(zone).vanish();
    }

    /** Undoes {@link #vanish}; energy was used meanwhile. */
    public void restore(SysfsZone zone) {
        counter(zone).restore();
    }

    private Counter counter(SysfsZone zone) {
        Counter counter = counters.get(zone);
        if (counter == null) {
            throw new IllegalArgumentException("nothing drives " + zone.directory());
        }
        return counter;
    }

    private void update() {
        List<Counter> all = new ArrayList<>(counters.values());
        while (!closing) {
            for (Counter counter : all) {
                counter.write(System.nanoTime());
            }
            LockSupport.parkNanos(UPDATE_NANOS);
        }
    }

    /** Stops the counters where they are. */
    @Override
    public void close() {
        closing = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        counters.values().forEach(Counter::close);
    }

    private final class Counter {
        private final Drive drive;
        private final FileChannel file;
        private boolean vanished;

        Counter(Drive drive) {
            this.drive = drive;
            try {
                file = FileChannel.open(drive.zone().energyFile(), StandardOpenOption.WRITE);
                file.truncate(0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        synchronized void write(long atNanos) {
            if (vanished) {
                return;
            }
            long energy = drive.startMicrojoules() + (long) drive.power().energyMicrojoules(atNanos - beginNanos);
            String text = String.format(Locale.ROOT, "%020d", energy % (drive.maxEnergyRangeMicrojoules() + 1)) + "\n";
            try {
                file.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII)), 0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        synchronized void vanish() {
            vanished = true;
            try {
                file.truncate(0);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        synchronized void restore() {
            vanished = false;
        }

        synchronized void close() {
            try {
                file.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
