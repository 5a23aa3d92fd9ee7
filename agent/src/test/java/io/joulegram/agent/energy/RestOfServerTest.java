package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.power.Channel;
import io.joulegram.power.Component;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RestOfServerTest {
    private static final long TICK = 100_000_000;
    private static final long SEED = 20_261_126;
    private static final Set<Component> ALL = Set.of(Component.GPU, Component.CPU, Component.DRAM);

    private final List<Meter> meters = new ArrayList<>();
    private final List<Long> totals = new ArrayList<>();
    private long now = TICK;

    @Test
    void isWhatThePartsLeaveOfThePlatform() {
        int platform = add(Domain.PLATFORM, "ipmi", Sensor.IPMI_DCMI);
        int psys = add(Domain.PLATFORM, "0", Sensor.RAPL_PERF);
        int gpu = add(Domain.GPU, "0", Sensor.NVML_ENERGY);
        int cpu = add(Domain.CPU, "0", Sensor.RAPL_PERF);
        PowerSource rest = rest(ALL);

        for (int i = 0; i < 100; i++) {
            feed(platform, 90_000);
            feed(psys, 30_000);
            feed(gpu, 50_000);
            feed(cpu, 20_000);
            tick();
            told(rest);
        }

        // The first reading is where the difference begins.
        assertThat(told(rest)).isEqualTo(-1);
        assertThat(lastTold).isEqualTo(99 * 20_000);
    }

    @Test
    void leavesInWhatThePlatformDoesNotContain() {
        int platform = add(Domain.PLATFORM, "0", Sensor.IPMI_DCMI);
        int gpu = add(Domain.GPU, "0", Sensor.NVML_ENERGY);
        PowerSource rest = rest(Set.of(Component.CPU, Component.DRAM));
        for (int i = 0; i < 10; i++) {
            feed(platform, 30_000);
            feed(gpu, 50_000);
            tick();
            told(rest);
        }

        assertThat(lastTold).isEqualTo(9 * 30_000);
    }

    @Test
    void neverFallsWhileThePlatformLagsAndMakesUpForItAfterwards() {
        int platform = add(Domain.PLATFORM, "0", Sensor.IPMI_DCMI);
        int gpu = add(Domain.GPU, "0", Sensor.NVML_ENERGY);
        PowerSource rest = rest(ALL);
        long before = 0;
        for (int i = 0; i < 100; i++) {
            // The platform shows each step of the GPU ten ticks late.
            feed(platform, 10_000 + (((i - 10) / 20) % 2 == 1 ? 50_000 : 5_000));
            feed(gpu, (i / 20) % 2 == 1 ? 50_000 : 5_000);
            tick();
            told(rest);
            assertThat(lastTold).isGreaterThanOrEqualTo(before);
            before = lastTold;
        }

        assertThat(lastTold).isBetween(99 * 10_000L, 99 * 10_000L + 10 * 45_000L);
    }

    @Test
    void countsNothingWhileAPartIsSilentAndAllOfItWhenItComesBack() {
        int platform = add(Domain.PLATFORM, "0", Sensor.IPMI_DCMI);
        int gpu = add(Domain.GPU, "0", Sensor.NVML_ENERGY);
        PowerSource rest = rest(ALL);
        for (int i = 0; i < 30; i++) {
            feed(platform, 60_000);
            if (i < 10 || i >= 20) {
                feed(gpu, i == 20 ? 11 * 50_000 : 50_000);
            }
            tick();
            told(rest);
            if (i >= 10 && i < 20) {
                assertThat(lastTold).isEqualTo(9 * 10_000);
            }
        }

        assertThat(lastTold).isEqualTo(29 * 10_000);
    }

    @Test
    void beginsAnewWhenAPartAppears() {
        int platform = add(Domain.PLATFORM, "0", Sensor.IPMI_DCMI);
        PowerSource rest = rest(ALL);
        int gpu = -1;
        for (int i = 0; i < 20; i++) {
            if (i == 10) {
                gpu = add(Domain.GPU, "0", Sensor.NVML_ENERGY);
            }
            feed(platform, 60_000);
            if (gpu >= 0) {
                feed(gpu, 50_000);
            }
            tick();
            told(rest);
        }

        assertThat(lastTold).isEqualTo(9 * 60_000 + 9 * 10_000);
    }

    @Test
    void tellsNothingWithoutAPlatform() {
        int gpu = add(Domain.GPU, "0", Sensor.NVML_ENERGY);
        PowerSource rest = rest(ALL);
        feed(gpu, 1);
        tick();

        assertThat(told(rest)).isEqualTo(-1);
    }

    /** Whatever meters a host has, its total is what was drawn: each joule once. */
    @Test
    void countsEachJouleOfTheHostOnceWhateverMetersThereAre() {
        SplittableRandom seeds = new SplittableRandom(SEED);
        for (int round = 0; round < 500; round++) {
            long seed = seeds.nextLong();
            meters.clear();
            totals.clear();
            lastTold = 0;
            new Host(new SplittableRandom(seed)).check("seed " + seed);
        }
    }

    private final class Host {
        private final SplittableRandom random;
        private final List<Integer> gpus = new ArrayList<>();
        private final List<Integer> cpus = new ArrayList<>();
        private final List<Integer> drams = new ArrayList<>();
        private final List<Integer> inside = new ArrayList<>();
        private final List<Integer> modules = new ArrayList<>();
        private final int server;

        Host(SplittableRandom random) {
            this.random = random;
            server = add(Domain.PLATFORM, "ipmi", Sensor.IPMI_DCMI);
            for (int i = random.nextInt(3); i > 0; i--) {
                gpus.add(add(Domain.GPU, "" + i, random.nextBoolean() ? Sensor.NVML_ENERGY : Sensor.HWMON));
                maybe(Domain.GPU_MEMORY, "" + i, Sensor.NVML_ENERGY, inside);
                maybe(Domain.GPU_MODULE, "" + i, Sensor.HWMON, modules);
            }
            for (int i = random.nextInt(3); i > 0; i--) {
                cpus.add(add(Domain.CPU, "" + i, random.nextBoolean() ? Sensor.RAPL_PERF : Sensor.HWMON));
                maybe(Domain.CORE, "" + i, Sensor.RAPL_PERF, inside);
                maybe(Domain.UNCORE, "" + i, Sensor.RAPL_PERF, inside);
                maybe(Domain.DRAM, "" + i, Sensor.RAPL_PERF, drams);
            }
            maybe(Domain.PLATFORM, "0", Sensor.RAPL_PERF, modules);
            maybe(Domain.PLATFORM, "acpi0", Sensor.HWMON, modules);
        }

        private void maybe(Domain domain, String device, Sensor sensor, List<Integer> list) {
            if (random.nextBoolean()) {
                list.add(add(domain, device, sensor));
            }
        }

        void check(String description) {
            PowerSource rest = rest(ALL);
            long drawn = 0;
            for (int i = 0; i < 20; i++) {
                long parts = 0;
                for (List<Integer> list : List.of(gpus, cpus, drams)) {
                    for (int meter : list) {
                        long microjoules = random.nextLong(60_000);
                        feed(meter, microjoules);
                        parts += microjoules;
                    }
                }
                inside.forEach(meter -> feed(meter, random.nextLong(10_000)));
                modules.forEach(meter -> feed(meter, random.nextLong(200_000)));
                long server = parts + random.nextLong(20_000);
                feed(this.server, server);
                tick();
                told(rest);
                drawn += i == 0 ? 0 : server;
            }
            long counted = lastTold;
            for (Meter meter : meters) {
                counted += meter.isAdditive() ? meter.curve().totalMicrojoules() : 0;
            }
            assertThat(counted).as(description).isEqualTo(drawn);
        }
    }

    private long lastTold;

    private PowerSource rest(Set<Component> inside) {
        return new RestOfServer(() -> List.copyOf(meters), Set.of(Sensor.IPMI_DCMI), inside)
                .open()
                .get(0);
    }

    private int add(Domain domain, String device, Sensor sensor) {
        Channel channel = Channel.energy(domain, device, sensor, 1, 0, 10_000, 0.05);
        meters.add(new Meter(domain, device, List.of(channel), List.of(0), TICK, null));
        totals.add(0L);
        return meters.size() - 1;
    }

    private void feed(int meter, long microjoules) {
        totals.set(meter, totals.get(meter) + microjoules);
        Readings readings = new Readings(1);
        readings.measured(0, now, totals.get(meter));
        meters.get(meter).update(readings, now);
    }

    private void tick() {
        now += TICK;
    }

    /** What the source tells, -1 if nothing new. */
    private long told(PowerSource rest) {
        Readings readings = new Readings(1);
        rest.read(readings);
        if (readings.status(0) != Readings.Status.MEASURED) {
            return -1;
        }
        lastTold = readings.value(0);
        return lastTold;
    }
}
