package io.joulegram.agent;

import io.joulegram.agent.attribution.Attribution;
import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.attribution.EmbodiedRate;
import io.joulegram.agent.budget.BudgetBook;
import io.joulegram.agent.budget.BudgetState;
import io.joulegram.agent.budget.ObjectiveBook;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.energy.EnergyBook;
import io.joulegram.agent.export.Snapshot.Backfilled;
import io.joulegram.agent.export.Snapshot.KeptState;
import io.joulegram.agent.export.Snapshot.LedgerState;
import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.BucketBook;
import io.joulegram.agent.ledger.CounterMark;
import io.joulegram.agent.ledger.Downtime;
import io.joulegram.agent.ledger.LedgerClerk;
import io.joulegram.agent.ledger.LedgerDevice;
import io.joulegram.agent.ledger.LedgerException;
import io.joulegram.agent.ledger.LedgerLock;
import io.joulegram.agent.ledger.LedgerReader;
import io.joulegram.agent.ledger.WallClock;
import io.joulegram.agent.ledger.WorkloadUse;
import io.joulegram.power.Component;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What outlives the agent: it cuts what was settled into buckets and hands each one to the budgets and to the ledger,
 * and it finds out, once, what was used while no agent ran.
 *
 * <p>Owned by the accounting thread, but for {@link #start}, {@link #close} and what is said otherwise.
 */
final class Archive implements AutoCloseable {
    /** What an earlier run left behind. */
    private record Legacy(long endMillis, List<CounterMark> marks) {}

    private static final Logger LOG = LoggerFactory.getLogger(Archive.class);

    /** How long the counters of all devices are waited for before the time without an agent is booked. */
    private static final long RECOVERY_PATIENCE_MILLIS = 15_000;
    /** The wall clock is followed in the middle of a minute, so that its drift does not cut a minute twice. */
    private static final long ALIGN_FROM_MILLIS = 20_000;

    private static final long ALIGN_UNTIL_MILLIS = 40_000;

    private final AgentConfig config;
    private final EnergyBook meters;
    private final WallClock wall = new WallClock(System::nanoTime, System::currentTimeMillis);
    private final BucketBook book;
    private final BudgetBook budgets;
    private final ObjectiveBook objectives;
    private final CounterMarks counters;
    private final long startMillis = System.currentTimeMillis();
    private long firstSliceMillis = Long.MAX_VALUE;
    private boolean filed;
    private final Map<LedgerDeviceKey, Long> backfilled = new TreeMap<>();
    private final @Nullable LedgerClerk clerk;
    private @Nullable LedgerLock lock;
    private volatile @Nullable Legacy legacy;

    /**
     * @param bootId by which a counter of another boot is told; empty if unknown
     * @param workloads gives, once, what workloads were booked since it was last asked
     */
    Archive(
            AgentConfig config,
            Attribution attribution,
            EnergyBook meters,
            Optional<String> bootId,
            Supplier<List<WorkloadUse>> workloads) {
        this.config = config;
        this.meters = meters;
        book = new BucketBook(config.pue(), attribution, new LedgerMeters(meters), workloads);
        budgets = new BudgetBook(
                config.budgets(), config.timeZone(), config.grid().headline().label(), startMillis);
        objectives =
                new ObjectiveBook(config.objectives(), config.grid().headline().label());
        counters = new CounterMarks(meters, bootId, wall);
        clerk = config.ledger().path().map(this::clerk).orElse(null);
        if (clerk == null && !budgets.isEmpty()) {
            LOG.warn("there are budgets and no ledger: after a restart they begin at 0; set ledger.path");
        }
    }

    private LedgerClerk clerk(Path file) {
        return new LedgerClerk(
                file,
                hostName(config.path().procfs()),
                new LedgerClerk.Retention(
                        config.ledger().keepMinutes(),
                        config.ledger().keep(),
                        config.timeZone(),
                        config.ledger().workloads()),
                InstantSource.system(),
                this::takeOver);
    }

    private static String hostName(Path procfs) {
        try {
            String name =
                    Files.readString(procfs.resolve("sys/kernel/hostname")).strip();
            return name.isEmpty() ? "localhost" : name;
        } catch (IOException e) {
            return "localhost";
        }
    }

    /**
     * Takes the ledger for this process and begins to write.
     *
     * @throws LedgerException if it is another's, or cannot be written to
     */
    void start() throws LedgerException {
        LedgerClerk writer = clerk;
        if (writer != null) {
            lock = LedgerLock.take(config.ledger().path().orElseThrow());
            writer.start();
        }
    }

    /** On the clerk's thread, before anything is written. */
    private void takeOver(LedgerReader ledger) {
        try {
            long from = Math.min(budgets.neededFromMillis(startMillis), objectives.neededFromMillis(startMillis));
            ledger.forEachReaching(from, startMillis, this::count);
            List<Long> span = ledger.span();
            if (!span.isEmpty() && span.get(1) < startMillis) {
                legacy = new Legacy(span.get(1), ledger.counters());
            }
        } catch (LedgerException e) {
            LOG.error("{}; budgets begin at 0", e.getMessage());
        }
    }

    /**
     * The next instant after this one at which a slice has to end, on the clock of {@link System#nanoTime()}: a minute is
     * over, or the intensities change.
     *
     * @param changeMillis when they change, since 1970
     */
    long nextCutNanos(long nanos, long changeMillis) {
        return wall.nanosAt(Math.min(BucketBook.endOfMinute(wall.millisAt(nanos)), changeMillis));
    }

    /** Milliseconds since 1970 of an instant on the clock of {@link System#nanoTime()}. */
    long wallMillis(long nanos) {
        return wall.millisAt(nanos);
    }

    /** A slice begins in which these intensities and devices hold. */
    void beginSlice(long startNanos, Map<String, BookedIntensity> intensities, List<LedgerDevice> devices) {
        if (firstSliceMillis == Long.MAX_VALUE) {
            firstSliceMillis = wall.millisAt(startNanos);
        }
        boolean behind = clerk != null && clerk.isBehind();
        book.turn(wall.millisAt(startNanos), intensities, devices, behind)
                .ifPresent(bucket -> file(bucket, counters.at(startNanos)));
    }

    /** The slice that began is settled. */
    void endSlice(long endNanos, long elapsedNanos, List<DeviceSlice> parts, List<EmbodiedRate> embodied) {
        book.add(wall.millisAt(endNanos), elapsedNanos, parts, embodied);
    }

    private void count(Bucket bucket) {
        budgets.add(bucket);
        objectives.add(bucket);
    }

    private void file(Bucket bucket, List<CounterMark> marks) {
        filed = true;
        count(bucket);
        LedgerClerk writer = clerk;
        if (writer != null) {
            writer.offer(bucket, marks);
        }
    }

    /**
     * Follows the wall clock, and books the time without an agent once the counters tell what was used in it.
     *
     * @param intensities those of the time without an agent
     */
    void onTick(Downtime.Intensities intensities, List<LedgerDevice> devices) {
        long stepMillis = wall.alignAfterStep();
        if (stepMillis != 0) {
            LOG.warn("the wall clock was stepped by {} s", stepMillis / 1e3);
        }
        long inMinute = Math.floorMod(wall.millisAt(System.nanoTime()), 60_000L);
        if (inMinute >= ALIGN_FROM_MILLIS && inMinute < ALIGN_UNTIL_MILLIS) {
            wall.align();
        }
        Legacy left = legacy;
        if (left != null && firstSliceMillis != Long.MAX_VALUE) {
            boolean patient = System.currentTimeMillis() - startMillis < RECOVERY_PATIENCE_MILLIS;
            if (!patient || counters.haveBegun(left.marks)) {
                legacy = null;
                recover(left, intensities, devices);
            }
        }
    }

    private void recover(Legacy left, Downtime.Intensities intensities, List<LedgerDevice> devices) {
        long oldestMillis = startMillis - config.ledger().keep().toMillis();
        Downtime downtime =
                new Downtime(Math.max(left.endMillis, oldestMillis), firstSliceMillis, config.timeZone(), config.pue());
        List<Downtime.Use> uses = new ArrayList<>();
        for (LedgerDevice device : devices) {
            uses.add(new Downtime.Use(device, "", OptionalLong.empty()));
        }
        long sum = 0;
        for (CounterMarks.Recovered recovered : counters.since(left.marks)) {
            LedgerDeviceKey key = new LedgerDeviceKey(recovered.component(), recovered.device());
            backfilled.merge(key, recovered.microjoules(), Long::sum);
            sum += recovered.microjoules();
            uses.replaceAll(use -> key.isOf(use.device())
                    ? new Downtime.Use(use.device(), recovered.sensor(), OptionalLong.of(recovered.microjoules()))
                    : use);
            if (uses.stream().noneMatch(use -> key.isOf(use.device()))) {
                uses.add(new Downtime.Use(
                        LedgerDevice.withoutFootprint(key.component(), key.device()),
                        recovered.sensor(),
                        OptionalLong.of(recovered.microjoules())));
            }
        }
        addOverhead(uses, sum);
        List<Bucket> buckets = downtime.buckets(uses, intensities);
        // Once a bucket was filed, newer marks stand in the ledger, and older ones would have its energy told again.
        List<CounterMark> begun = filed ? List.of() : counters.atBegin();
        buckets.forEach(bucket -> file(bucket, begun));
        LOG.info(
                "no agent ran for {}; hardware counters tell of {} J used in it",
                Duration.ofMillis(downtime.endMillis() - downtime.startMillis()),
                sum / 1_000_000);
    }

    private void addOverhead(List<Downtime.Use> uses, long microjoules) {
        if (config.pue() > 1 && microjoules > 0) {
            uses.add(new Downtime.Use(
                    LedgerDevice.withoutFootprint(Component.OVERHEAD, ""),
                    "",
                    OptionalLong.of(Math.round(microjoules * (config.pue() - 1)))));
        }
    }

    /**
     * What is published of all this.
     *
     * @param peakIntensity the highest intensity that is to be reckoned with, in gCO2e/kWh; empty if unknown
     */
    KeptState state(OptionalDouble peakIntensity, List<LedgerDevice> devices) {
        return new KeptState(
                backfilled.entrySet().stream()
                        .map(entry -> new Backfilled(
                                entry.getKey().component(), entry.getKey().device(), entry.getValue()))
                        .toList(),
                budgets(peakIntensity, devices),
                objectives.states(System.currentTimeMillis()),
                ledgerState());
    }

    private List<BudgetState> budgets(OptionalDouble peakIntensity, List<LedgerDevice> devices) {
        if (budgets.isEmpty()) {
            return List.of();
        }
        double embodiedGramsPerSecond = devices.stream()
                        .mapToDouble(device -> device.footprintGrams() / device.lifetimeSeconds())
                        .sum()
                / config.embodied().expectedUtilization();
        OptionalDouble peakWatts = config.host().peakWatts().isPresent()
                ? config.host().peakWatts()
                : new LedgerMeters(meters).peakWatts();
        OptionalDouble peak = peakWatts.isPresent() && peakIntensity.isPresent()
                ? OptionalDouble.of(peakWatts.getAsDouble() * config.pue() * peakIntensity.getAsDouble() / 3.6e6
                        + embodiedGramsPerSecond)
                : OptionalDouble.empty();
        return budgets.states(System.currentTimeMillis(), peak);
    }

    private Optional<LedgerState> ledgerState() {
        LedgerClerk writer = clerk;
        return writer == null
                ? Optional.empty()
                : Optional.of(new LedgerState(
                        config.ledger().path().orElseThrow().toString(),
                        writer.lagSeconds(),
                        writer.bytes(),
                        writer.isFailing()));
    }

    /** Ends the open bucket; the last that the accounting thread does. */
    void finish() {
        List<CounterMark> marks = counters.at(System.nanoTime());
        book.close().ifPresent(bucket -> file(bucket, marks));
    }

    /** Writes what is not written yet, if it can be, and lets go of the ledger; any thread. */
    @Override
    public void close() {
        LedgerClerk writer = clerk;
        if (writer != null) {
            writer.close();
        }
        LedgerLock held = lock;
        if (held != null) {
            held.close();
        }
    }
}
