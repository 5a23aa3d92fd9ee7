package io.joulegram.power.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Quantity;
import io.joulegram.power.Readings;
import io.joulegram.power.Readings.Status;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceUnavailableException;
import io.joulegram.power.estimate.HostLoad.Socket;
import io.joulegram.power.estimate.ModelConstants.Terms;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EstimateSourceTest {
    private static final long SECOND = 1_000_000_000;
    private static final Set<Domain> BOTH = Set.of(Domain.CPU, Domain.DRAM);

    private final MadeHost host = new MadeHost();
    private ModelConstants constants = ModelConstants.NONE;
    private long nanos = 5 * SECOND;

    @Test
    void estimatesEachSocketByItsOwnLoadAndItsShareOfTheMemory() {
        PowerSource source = source();
        host.run(0, 25, 100);
        host.run(1, 100, 100);
        nanos += SECOND;

        Readings readings = read(source);

        assertThat(source.channels())
                .extracting(channel -> channel.domain() + " " + channel.device())
                .containsExactly("cpu 0", "cpu 1", "dram 0", "dram 1");
        // 280 W at a quarter and at full load; 256 GB between 0.05 W and 0.4 W plus 0.906 W of streaming each.
        assertThat(readings.value(0)).isEqualTo(Math.round(280_000 * (0.1140625 + 0.48125) / 2));
        assertThat(readings.value(1)).isEqualTo(Math.round(280_000 * 1.01));
        assertThat(readings.value(2)).isEqualTo(Math.round(256_000 * (0.05 + 0.4 + 0.25 * 1043.58 / 1152) / 2));
        assertThat(readings.value(3)).isEqualTo(Math.round(256_000 * (0.05 + 0.4 + 1043.58 / 1152) / 2));
        assertThat(readings.timeNanos(0)).isEqualTo(nanos);
    }

    @Test
    void saysThatItIsAnEstimateAndHowPoorOne() {
        assertThat(source().channels()).allSatisfy(channel -> {
            assertThat(channel.sensor()).isEqualTo(Sensor.ESTIMATE);
            assertThat(channel.quantity()).isEqualTo(Quantity.POWER);
            assertThat(channel.gainUncertaintyRatio()).isGreaterThanOrEqualTo(0.30);
        });
        assertThat(source().name()).isEqualTo("estimate");
    }

    @Test
    void hasNothingNewWithinASecond() {
        PowerSource source = source();
        host.run(0, 10, 100);
        host.run(1, 10, 100);
        nanos += EstimateSource.MIN_INTERVAL_NANOS - 1;
        assertThat(statuses(read(source))).containsOnly(Status.NO_DATA);

        nanos += 1;
        assertThat(statuses(read(source))).containsOnly(Status.MEASURED);
        assertThat(statuses(read(source))).containsOnly(Status.NO_DATA);
    }

    @Test
    void comparesWithTheReadingBefore() {
        PowerSource source = source();
        host.run(0, 100, 100);
        host.run(1, 100, 100);
        nanos += SECOND;
        read(source);

        host.run(0, 0, 100);
        nanos += SECOND;
        Readings readings = read(source);

        assertThat(readings.value(0)).isEqualTo(Math.round(280_000 * 0.11));
        assertThat(readings.status(1)).isEqualTo(Status.NO_DATA);
    }

    @Test
    void failsWhileTheLoadCannotBeRead() {
        PowerSource source = source();
        host.run(0, 50, 100);
        host.run(1, 50, 100);
        nanos += SECOND;
        host.broken = true;
        Readings readings = read(source);
        assertThat(statuses(readings)).containsOnly(Status.FAILED);
        assertThat(source.errorName(readings.errorCode(0))).isEqualTo("LOAD_UNREADABLE");

        host.broken = false;
        assertThat(statuses(read(source))).containsOnly(Status.MEASURED);
    }

    @Test
    void leavesOutMemoryOfUnknownSize() {
        host.memoryBytes = 0;

        assertThat(source().channels()).hasSize(2);
    }

    @Test
    void ratesAnUnknownProcessorByItsThreads() {
        host.cpuName = "Experimental Processor";

        Channel cpu = source().channels().get(0);

        assertThat(cpu.maxWatts()).isEqualTo(128 * 4 * 1.02);
        assertThat(cpu.gainUncertaintyRatio()).isGreaterThan(0.8);
    }

    @Test
    void readsThisHostThroughOshi() throws Exception {
        try (PowerSource source = new EstimateProvider(Path.of("/proc"), ModelConstants.NONE)
                .open()
                .get(0)) {
            assertThat(source.channels())
                    .isNotEmpty()
                    .allSatisfy(channel -> assertThat(channel.maxWatts()).isPositive());
        }
        HostLoad load = new OshiHostLoad(Path.of("/proc"));
        assertThat(load.ticks()).hasSameSizeAs(load.sockets()).allSatisfy(ticks -> {
            assertThat(ticks.busy()).isPositive();
            assertThat(ticks.total()).isGreaterThan(ticks.busy());
        });
        assertThat(load.memoryBytes()).isGreaterThan(1L << 28);
    }

    @Test
    void isUnavailableWhereTheHostCannotBeSeen() {
        EstimateProvider broken = new EstimateProvider(
                () -> {
                    throw new UnsupportedOperationException("no such system");
                },
                ModelConstants.NONE,
                BOTH);

        assertThatExceptionOfType(SourceUnavailableException.class)
                .isThrownBy(broken::open)
                .withMessageContaining("no such system");
    }

    @Test
    void givesAVirtualMachineItsShareOfAPackageAndSaysHowUnsureThatIs() {
        // 32 of the 128 threads of an EPYC 7763, as 32 processors that each pass for a core.
        host.virtual = true;
        host.sockets = List.of(new Socket(0, 32, 32), new Socket(1, 32, 32));
        PowerSource source = source();
        host.run(0, 100, 100);
        host.run(1, 100, 100);
        nanos += SECOND;

        assertThat(read(source).value(0)).isEqualTo(Math.round(280_000 * 1.01 / 4));
        assertThat(source.channels().get(0).gainUncertaintyRatio())
                .isCloseTo(Math.hypot(0.6227, 1.0 / 3), within(0.005));
        assertThat(new HostModels(host, CpuRatings.builtIn(), ModelConstants.NONE).basis())
                .isEqualTo("known; this is a virtual machine; its 32 threads are taken for 0.250 of a package");
    }

    @Test
    void givesAMachineWithFewerThreadsItsShareThoughItDoesNotSayThatItIsVirtual() {
        host.cpuName = "Graviton2";
        host.sockets = List.of(new Socket(0, 16, 16), new Socket(1, 16, 16));

        assertThat(source().channels().get(0).maxWatts()).isEqualTo(110 * 1.02 / 4);
    }

    @Test
    void takesCoresForThreadsWhereSecondThreadsAreSwitchedOff() {
        host.sockets = List.of(new Socket(0, 64, 64), new Socket(1, 64, 64));

        assertThat(source().channels().get(0).maxWatts()).isEqualTo(280 * 1.02);
        assertThat(source().channels().get(0).gainUncertaintyRatio()).isLessThan(0.63);
    }

    @Test
    void scalesCalibratedConstantsToAMachineWithFewerThreads() {
        constants = new ModelConstants(
                Optional.of(
                        new ModelConstants.Cpu(new Terms(40, 160, 0, 1), OptionalInt.of(512), OptionalDouble.empty())),
                Optional.empty());

        Channel cpu = source().channels().get(0);

        assertThat(cpu.maxWatts()).isEqualTo(50);
        assertThat(cpu.gainUncertaintyRatio()).isCloseTo(1.0 / 3, within(1e-9));
    }

    @Test
    void takesCalibratedConstantsBeforeTheTable() {
        constants = new ModelConstants(
                Optional.of(
                        new ModelConstants.Cpu(new Terms(40, 160, 0, 1), OptionalInt.of(128), OptionalDouble.of(0.05))),
                Optional.of(new ModelConstants.Dram(new Terms(0.1, 0.2, 0, 1), OptionalDouble.empty())));
        PowerSource source = source();
        host.run(0, 25, 100);
        host.run(1, 100, 100);
        nanos += SECOND;

        Readings readings = read(source);

        assertThat(readings.value(0)).isEqualTo(80_000);
        assertThat(readings.value(1)).isEqualTo(200_000);
        assertThat(readings.value(2)).isEqualTo(Math.round(256_000 * 0.15));
        assertThat(source.channels())
                .allSatisfy(
                        channel -> assertThat(channel.gainUncertaintyRatio()).isEqualTo(0.30));
    }

    @Test
    void estimatesMemoryBesideProcessorsThatAreMeasured() throws Exception {
        EstimateProvider estimate = new EstimateProvider(() -> host, ModelConstants.NONE, BOTH);

        List<PowerSource> beside = new BesideDramEstimate(measuring(Domain.CPU), estimate).open();
        List<PowerSource> alone = new BesideDramEstimate(measuring(Domain.CPU, Domain.DRAM), estimate).open();

        assertThat(channels(beside)).containsExactly("cpu 0 rapl_perf", "dram 0 estimate", "dram 1 estimate");
        assertThat(channels(alone)).containsExactly("cpu 0 rapl_perf", "dram 0 rapl_perf");
    }

    @Test
    void measuresProcessorsEvenWhereMemoryCannotBeEstimated() throws Exception {
        host.memoryBytes = 0;
        EstimateProvider estimate = new EstimateProvider(() -> host, ModelConstants.NONE, BOTH);

        assertThat(channels(new BesideDramEstimate(measuring(Domain.CPU), estimate).open()))
                .containsExactly("cpu 0 rapl_perf");
    }

    private static List<String> channels(List<PowerSource> sources) {
        return sources.stream()
                .flatMap(source -> source.channels().stream())
                .map(channel -> channel.domain() + " " + channel.device() + " " + channel.sensor())
                .toList();
    }

    private static PowerSourceProvider measuring(Domain... domains) {
        List<Channel> channels = Stream.of(domains)
                .map(domain -> Channel.energy(domain, "0", Sensor.RAPL_PERF, 1, 0, 0, 0.05))
                .toList();
        return new PowerSourceProvider() {
            @Override
            public String name() {
                return "rapl";
            }

            @Override
            public List<PowerSource> open() {
                return List.of(new Silent(channels));
            }
        };
    }

    private record Silent(List<Channel> channels) implements PowerSource {
        @Override
        public String name() {
            return "rapl_perf";
        }

        @Override
        public void read(Readings readings) {
            readings.clear();
        }

        @Override
        public String errorName(int errorCode) {
            return "UNKNOWN";
        }

        @Override
        public void close() {
            // Holds nothing that is open.
        }
    }

    private PowerSource source() {
        return new EstimateSource(host, new HostModels(host, CpuRatings.builtIn(), constants), BOTH, () -> nanos);
    }

    private static Readings read(PowerSource source) {
        Readings readings = new Readings(source.channels().size());
        source.read(readings);
        return readings;
    }

    private static Status[] statuses(Readings readings) {
        Status[] statuses = new Status[readings.size()];
        for (int i = 0; i < statuses.length; i++) {
            statuses[i] = readings.status(i);
        }
        return statuses;
    }

    /** Two sockets of a processor in the table, and ticks that pass when told. */
    private static final class MadeHost implements HostLoad {
        private final long[] busy = {1_000, 2_000};
        private final long[] total = {5_000, 5_000};
        private String cpuName = "AMD EPYC 7763 64-Core Processor";
        private long memoryBytes = 512L << 30;
        private List<Socket> sockets = List.of(new Socket(0, 64, 128), new Socket(1, 64, 128));
        private boolean virtual;
        private boolean broken;

        void run(int socket, long busyTicks, long totalTicks) {
            busy[socket] += busyTicks;
            total[socket] += totalTicks;
        }

        @Override
        public String cpuName() {
            return cpuName;
        }

        @Override
        public List<Socket> sockets() {
            return sockets;
        }

        @Override
        public long availableBytes() {
            return memoryBytes;
        }

        @Override
        public boolean isVirtual() {
            return virtual;
        }

        @Override
        public long memoryBytes() {
            return memoryBytes;
        }

        @Override
        public List<Ticks> ticks() {
            if (broken) {
                throw new IllegalStateException("broken");
            }
            return List.of(new Ticks(busy[0], total[0]), new Ticks(busy[1], total[1]));
        }
    }
}
