package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.nvml.StandInGpu;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.SourceClock;
import io.joulegram.power.SourceUnavailableException;
import io.joulegram.power.nvml.NvmlProvider;
import io.joulegram.power.rapl.RaplProvider;
import io.joulegram.power.rapl.RaplWay;
import io.joulegram.power.rapl.SysfsTree;
import io.joulegram.power.rapl.SysfsZone;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random scripts of faults against the stand-in of the NVIDIA library and against made powercap trees, read through the
 * real native path on a clock that the script moves. Each device draws constant power, so every way of telling its energy
 * tells the same: whatever is not credited must be unobserved time, and nothing may be credited twice.
 *
 * <p>{@code -DargLine="-Xms256m -Xmx256m -XX:+AlwaysPreTouch -Djoulegram.scripts=10000"} runs as many as that, half of them
 * on GPUs, and sees that native memory does not grow.
 */
final class FaultScriptsTest {
    private static final int SCRIPTS = Integer.getInteger("joulegram.scripts", 300);
    private static final long MILLI = 1_000_000L;
    private static final long TICK = 100 * MILLI;
    private static final long START = 1_000_000 * MILLI;
    private static final long WALL_AHEAD = 1_700_000_000_000L * MILLI;
    private static final int TICKS = 150;
    private static final int HEALING_TICKS = 150;

    /** Return codes of NVML: lost, reset required, unknown, uninitialized, version mismatch, not supported, no data. */
    private static final int[] CODES = {15, 16, 999, 1, 18, 3, 21};

    /** A source that is down is tried every 5 s at least, and its counter believed anew after 3 s of standing still. */
    private static final long FAULT_ALLOWANCE_NANOS = 8_000 * MILLI;

    @TempDir
    Path directory;

    /** What a script does to one host, and what its meters make of it. */
    private abstract static class Script {
        final long seed;
        final SplittableRandom random;
        final List<String> story = new ArrayList<>();
        final Map<String, Meter> meters = new LinkedHashMap<>();
        final Map<String, Long> seen = new LinkedHashMap<>();
        final List<SourceSampler> samplers = new ArrayList<>();
        final List<SamplingSchedule> schedules = new ArrayList<>();
        long now = START;
        int faults;
        long toldNanos;
        long faultyNanos;

        Script(long seed) {
            this.seed = seed;
            random = new SplittableRandom(seed);
        }

        abstract void upset();

        abstract void heal();

        abstract void show();

        abstract List<PowerSource> sources() throws SourceUnavailableException;

        abstract double watts(Meter meter);

        abstract long boundMicrojoules(Meter meter);

        abstract boolean isFaulty();

        void open() throws SourceUnavailableException {
            for (PowerSource source : sources()) {
                Map<String, List<Integer>> byMeter = new LinkedHashMap<>();
                for (int i = 0; i < source.channels().size(); i++) {
                    byMeter.computeIfAbsent(nameOf(source.channels().get(i)), name -> new ArrayList<>())
                            .add(i);
                }
                List<Meter> opened = new ArrayList<>();
                byMeter.forEach((name, indexes) -> {
                    Channel first = source.channels().get(indexes.get(0));
                    Domain domain = first.domain();
                    Meter meter = new Meter(domain, first.device(), source.channels(), indexes, TICK, meters.get(name));
                    meters.put(name, meter);
                    opened.add(meter);
                });
                SamplingSchedule schedule = new SamplingSchedule(TICK, true, now);
                schedules.add(schedule);
                samplers.add(new SourceSampler(source, opened, schedule, 2_000 * MILLI, () -> now));
            }
        }

        private static String nameOf(Channel channel) {
            return channel.domain() + " " + channel.device();
        }

        void close() {
            samplers.forEach(sampler -> sampler.source().close());
            samplers.clear();
            schedules.clear();
        }

        /** The source is lost for a while, and found again. */
        void reopen() {
            tell("reopen");
            close();
            pass(random.nextLong(12_000) * MILLI);
            try {
                open();
            } catch (SourceUnavailableException e) {
                throw new AssertionError("seed " + seed + ": " + story, e);
            }
        }

        void tell(String what) {
            faults++;
            toldNanos = now;
            story.add((now - START) / MILLI + " " + what);
        }

        void pass(long nanos) {
            now += nanos;
            faultyNanos += isFaulty() ? nanos : 0;
            show();
        }

        void tick() {
            pass(TICK / 2 + random.nextLong(TICK));
            for (int i = 0; i < samplers.size(); i++) {
                long late = now - schedules.get(i).deadlineNanos();
                if (late >= 0) {
                    samplers.get(i).tick(now, late);
                }
            }
            meters.forEach(this::neverFalls);
        }

        private void neverFalls(String name, Meter meter) {
            rises(name + " best", meter.curve().totalMicrojoules());
            rises(name + " unobserved", meter.unobservedNanos());
            rises(name + " resets", meter.counterResets());
            rises(name + " rejected", meter.rejectedValues());
            for (MeterStream stream : meter.streams()) {
                rises(name + " " + stream.channel().sensor(), stream.microjoules());
            }
        }

        private void rises(String what, long value) {
            long before = seen.getOrDefault(what, 0L);
            assertThat(value)
                    .as("seed %d: %s never falls, %s", seed, what, story)
                    .isGreaterThanOrEqualTo(before);
            seen.put(what, value);
        }

        void run() throws SourceUnavailableException {
            show();
            open();
            for (int i = 0; i < TICKS; i++) {
                upset();
                tick();
            }
            heal();
            for (int i = 0; i < HEALING_TICKS; i++) {
                tick();
            }
            meters.forEach(this::isAccountedFor);
            close();
        }

        private void isAccountedFor(String name, Meter meter) {
            EnergyCurve curve = meter.curve();
            double spanNanos = (double) curve.coveredUntilNanos() - meter.startNanos();
            long credited = curve.totalMicrojoules();
            // 1 W is 1e-3 microjoules per nanosecond.
            long expected = Math.round(watts(meter) * 1e-3 * (spanNanos - meter.unobservedNanos()));
            long bound = boundMicrojoules(meter);
            assertThat(credited)
                    .as("seed %d: %s, unobserved %d ms, %s", seed, name, meter.unobservedNanos() / MILLI, story)
                    .isBetween(expected - bound, expected + bound);
            assertThat(now - curve.coveredUntilNanos())
                    .as("seed %d: %s goes on, %s", seed, name, story)
                    .isLessThan(2_000 * MILLI);
            assertThat(meter.unobservedNanos())
                    .as("seed %d: %s, time unobserved without a fault, %s", seed, name, story)
                    .isLessThanOrEqualTo(faultyNanos + faults * FAULT_ALLOWANCE_NANOS);
        }
    }

    /** One or two GPUs. */
    private static final class GpuScript extends Script {
        private final NvmlStandIn standIn;
        private final NvmlProvider provider;
        private final GpuState[] gpus;
        private long wallStep;

        private static final class GpuState {
            final StandInGpu gpu;
            final boolean hasCounter;
            final long milliwatts;
            boolean failing;
            boolean frozen;
            boolean wild;
            long changedNanos;

            GpuState(StandInGpu gpu, int kind, long milliwatts) {
                this.gpu = gpu;
                this.milliwatts = milliwatts;
                hasCounter = kind != 2;
                gpu.waveform(SquareWave.constant(milliwatts / 1000.0));
                if (kind >= 1) {
                    gpu.averageReturns(3);
                }
                if (kind == 2) {
                    gpu.counterReturns(3).instantReturns(3);
                }
                gpu.counterOffsetMillijoules(1_000_000_000);
            }
        }

        GpuScript(long seed, NvmlStandIn standIn) {
            super(seed);
            this.standIn = standIn;
            standIn.virtualTime(now, now + WALL_AHEAD);
            standIn.gpuCount(2);
            gpus = new GpuState[1 + random.nextInt(2)];
            for (int i = 0; i < gpus.length; i++) {
                gpus[i] = new GpuState(standIn.gpu(i).renew(), random.nextInt(3), 100_000 + random.nextLong(500_000));
                if (random.nextBoolean()) {
                    gpus[i].gpu.samples(Duration.ZERO, 0);
                }
            }
            standIn.gpuCount(gpus.length);
            provider = new NvmlProvider(
                    Optional.of(standIn.library()),
                    Path.of("/dev"),
                    () -> new SourceClock(standIn::nanos, standIn::wallMicros));
            // The averages are of the present power alone from here on.
            now += 3_000 * MILLI;
        }

        @Override
        void show() {
            standIn.virtualTime(now, now + WALL_AHEAD + wallStep);
        }

        @Override
        List<PowerSource> sources() throws SourceUnavailableException {
            return provider.open();
        }

        @Override
        void upset() {
            GpuState state = gpus[random.nextInt(gpus.length)];
            if (state.wild) {
                state.wild = false;
                state.gpu.garbagePowerMilliwatts(0);
                if (!state.frozen) {
                    state.gpu.garbageCounterMillijoules(0);
                }
            }
            boolean calm = !state.failing && !state.frozen && now - state.changedNanos > 8_000 * MILLI;
            switch (random.nextInt(40)) {
                case 0 -> fail(state, !state.failing);
                case 1 -> wild(state);
                case 2 -> {
                    tell("gap");
                    pass(random.nextLong(20) * TICK);
                }
                case 3 -> {
                    if (calm && state.hasCounter) {
                        tell("reset");
                        state.gpu.resetCounter();
                        state.changedNanos = now;
                    }
                }
                case 4 -> freeze(state, calm);
                case 5 -> {
                    if (allCalm()) {
                        tell("suspend");
                        samplers.forEach(SourceSampler::interruptMeters);
                    }
                }
                case 6 -> {
                    if (allCalm()) {
                        reopen();
                    }
                }
                case 7 -> {
                    tell("wall clock steps");
                    wallStep += (random.nextLong(7_200) - 3_600) * 1_000 * MILLI;
                    show();
                }
                default -> {}
            }
        }

        private boolean allCalm() {
            boolean calm = true;
            for (GpuState state : gpus) {
                calm &= !state.failing && !state.frozen && !state.wild && now - state.changedNanos > 8_000 * MILLI;
            }
            return calm;
        }

        private void fail(GpuState state, boolean fails) {
            int code = CODES[random.nextInt(CODES.length)];
            tell(fails ? "fails with " + code : "works");
            freeze(state, false);
            state.failing = fails;
            state.gpu.allReturn(fails ? code : 0);
            state.changedNanos = now;
        }

        private void wild(GpuState state) {
            if (!state.frozen) {
                tell("wild");
                state.wild = true;
                state.gpu.garbagePowerMilliwatts(4_294_967_295L);
                state.gpu.garbageCounterMillijoules(random.nextBoolean() ? 4_294_967_295_000L : -1);
            }
        }

        /** A counter that stands still is told from a device at rest by its power alone. */
        private void freeze(GpuState state, boolean freezes) {
            if (freezes == state.frozen || !state.hasCounter) {
                return;
            }
            tell(freezes ? "freezes" : "thaws");
            state.frozen = freezes;
            state.changedNanos = now;
            state.gpu.garbageCounterMillijoules(freezes ? shownMillijoules(state) : 0);
        }

        private long shownMillijoules(GpuState state) {
            // Whatever the counter was last seen to show is a little less, so it rises once and then stands still.
            return meters.values().stream()
                    .filter(meter -> meter.device().equals(deviceOf(state)))
                    .flatMap(meter -> meter.streams().get(0).countAt(now).stream())
                    .mapToLong(CounterReading::count)
                    .findFirst()
                    .orElse(1);
        }

        private String deviceOf(GpuState state) {
            return String.valueOf(List.of(gpus).indexOf(state));
        }

        @Override
        void heal() {
            for (GpuState state : gpus) {
                state.gpu.garbagePowerMilliwatts(0).garbageCounterMillijoules(0).allReturn(0);
                state.failing = false;
                state.frozen = false;
                state.wild = false;
            }
        }

        @Override
        boolean isFaulty() {
            boolean faulty = false;
            for (GpuState state : gpus) {
                faulty |= state.failing || state.frozen || state.wild;
            }
            return faulty;
        }

        @Override
        double watts(Meter meter) {
            return gpus[Integer.parseInt(meter.device())].milliwatts / 1000.0;
        }

        @Override
        long boundMicrojoules(Meter meter) {
            // Counters show whole millijoules, at each begin and end of a bridge; sensors whole milliwatts.
            return 100_000 + faults * 2_000L;
        }
    }

    /** One or two sockets. */
    private static final class RaplScript extends Script {
        private static final long PACKAGE_RANGE = 1_000_000_000;
        private static final long OTHER_RANGE = 20_000_000_000L;

        private final RaplProvider provider;
        private final List<Zone> zones = new ArrayList<>();
        private long quietUntilNanos;

        private static final class Zone {
            final FileChannel file;
            final String name;
            final long range;
            final long watts;
            long zeroNanos;
            long offset;
            String garbage = "";
            int writtenBytes = -1;

            Zone(SysfsZone files, String name, long range, long watts, long offset) {
                try {
                    file = FileChannel.open(
                            files.maxEnergyRangeMicrojoules(range).energyFile(), StandardOpenOption.WRITE);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                this.name = name;
                this.range = range;
                this.watts = watts;
                this.offset = offset;
                zeroNanos = START;
            }

            /** Into the same file, which the source holds open, as the kernel's would be. */
            void write(String content) {
                byte[] bytes = content.strip().getBytes(StandardCharsets.US_ASCII);
                try {
                    file.write(ByteBuffer.wrap(bytes), 0);
                    if (bytes.length != writtenBytes) {
                        file.truncate(bytes.length);
                        writtenBytes = bytes.length;
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }

            long shown(long now) {
                return (offset + watts * (now - zeroNanos) / 1000) % (range + 1);
            }
        }

        RaplScript(long seed, Path root) {
            super(seed);
            SysfsTree tree = new SysfsTree(root);
            int sockets = 1 + random.nextInt(2);
            for (int i = 0; i < sockets; i++) {
                String index = "intel-rapl:" + i;
                zone(
                        tree.zone(index, "package-" + i).maxPowerMicrowatts(0, 300_000_000),
                        "package " + i,
                        PACKAGE_RANGE);
                zone(tree.zone(index + ":0", "core"), "core " + i, OTHER_RANGE);
                zone(tree.zone(index + ":1", "dram"), "dram " + i, OTHER_RANGE);
            }
            if (random.nextBoolean()) {
                zone(tree.zone("intel-rapl:" + sockets, "psys"), "psys", OTHER_RANGE);
            }
            provider = new RaplProvider(
                    tree.sysfsRoot(),
                    tree.procfsRoot(),
                    tree.devRoot(),
                    List.of(RaplWay.POWERCAP),
                    new SourceClock(() -> now, () -> (now + WALL_AHEAD) / 1000));
        }

        void closeFiles() throws IOException {
            for (Zone zone : zones) {
                zone.file.close();
            }
        }

        private void zone(SysfsZone files, String name, long range) {
            zones.add(new Zone(files, name, range, 20 + random.nextLong(230), random.nextLong(range)));
        }

        @Override
        void show() {
            for (Zone zone : zones) {
                zone.write(zone.garbage.isEmpty() ? zone.shown(now) + "\n" : zone.garbage);
            }
        }

        @Override
        List<PowerSource> sources() throws SourceUnavailableException {
            return provider.open();
        }

        @Override
        void upset() {
            if (now < quietUntilNanos) {
                return;
            }
            Zone zone = zones.get(random.nextInt(zones.size()));
            switch (random.nextInt(40)) {
                case 0, 1 -> {
                    zone.garbage = zone.garbage.isEmpty() ? garbage() : "";
                    tell(zone.name + " shows '" + zone.garbage + "'");
                }
                case 2 -> {
                    tell("gap");
                    pass(random.nextLong(30) * TICK);
                }
                case 3 -> reset(zone);
                case 4 -> {
                    tell("suspend");
                    samplers.forEach(SourceSampler::interruptMeters);
                }
                case 5 -> {
                    if (!isFaulty()) {
                        reopen();
                    }
                }
                default -> {}
            }
        }

        private String garbage() {
            List<String> all = List.of(" ", "garbage", "-5", "99999999999999999999", "4294967295000000", "12x");
            return all.get(random.nextInt(all.size()));
        }

        /** Only where it can be told from a wrap: nobody can tell those apart near the end of the range. */
        private void reset(Zone zone) {
            long shown = zone.shown(now);
            if (!isFaulty() && now - toldNanos > 6_000 * MILLI && shown < zone.range / 4 && shown > zone.range / 10) {
                tell(zone.name + " resets at " + shown);
                zone.zeroNanos = now;
                zone.offset = 0;
                // Nobody can tell a reset from a rise once the counter has passed its old value unseen.
                quietUntilNanos = now + 5 * TICK;
            }
        }

        @Override
        void heal() {
            zones.forEach(zone -> zone.garbage = "");
        }

        @Override
        boolean isFaulty() {
            return zones.stream().anyMatch(zone -> !zone.garbage.isEmpty());
        }

        @Override
        double watts(Meter meter) {
            String name = switch (meter.domain()) {
                case CPU -> "package " + meter.device();
                case CORE -> "core " + meter.device();
                case DRAM -> "dram " + meter.device();
                default -> "psys";
            };
            return zones.stream()
                    .filter(zone -> zone.name.equals(name))
                    .findFirst()
                    .orElseThrow()
                    .watts;
        }

        @Override
        long boundMicrojoules(Meter meter) {
            // A microjoule at each begin of an epoch, and one of rounding.
            return 10 + 2L * faults;
        }
    }

    /** What a process holds that a script could leave behind. */
    private record Held(long threads, long files, long residentBytes) {
        private static final long ALLOWANCE_BYTES = 64L << 20;
        private static final int ENOUGH_SCRIPTS = 2_000;

        static Held now() throws IOException {
            try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"));
                    Stream<String> status = Files.lines(Path.of("/proc/self/status"))) {
                long kibibytes = status.filter(line -> line.startsWith("VmRSS:"))
                        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                        .findFirst()
                        .orElseThrow();
                return new Held(Thread.getAllStackTraces().size(), files.count(), kibibytes << 10);
            }
        }

        /** Where the heap is of one size from the start on, what grows is native. */
        void hasNotGrownTo(Held after, int scripts) {
            assertThat(after.threads).as("threads").isLessThanOrEqualTo(threads);
            assertThat(after.files).as("open files").isLessThanOrEqualTo(files);
            Runtime heap = Runtime.getRuntime();
            if (scripts >= ENOUGH_SCRIPTS && heap.totalMemory() == heap.maxMemory()) {
                assertThat(after.residentBytes).as("resident memory").isLessThan(residentBytes + ALLOWANCE_BYTES);
            }
        }
    }

    @Test
    void everySecondOfAGpuIsCreditedOrUnobserved() throws Exception {
        List<NvmlStandIn> drivers = new ArrayList<>();
        for (StandInDriver driver : StandInDriver.values()) {
            drivers.add(NvmlStandIn.create(Files.createDirectory(directory.resolve(driver.name())), driver, 2));
        }
        int scripts = SCRIPTS / 2;
        Held held = Held.now();
        for (int seed = 0; seed < scripts; seed++) {
            if (seed == scripts / 2) {
                held = Held.now();
            }
            new GpuScript(seed, drivers.get(seed % drivers.size())).run();
        }
        held.hasNotGrownTo(Held.now(), scripts);
        drivers.forEach(driver -> assertThat(driver.initializations()).isZero());
    }

    @Test
    void everySecondOfAProcessorIsCreditedOrUnobserved() throws Exception {
        int scripts = SCRIPTS - SCRIPTS / 2;
        Held held = Held.now();
        for (int seed = 0; seed < scripts; seed++) {
            if (seed == scripts / 2) {
                held = Held.now();
            }
            RaplScript script = new RaplScript(seed, Files.createDirectory(directory.resolve("rapl" + seed)));
            script.run();
            script.closeFiles();
        }
        held.hasNotGrownTo(Held.now(), scripts);
    }
}
