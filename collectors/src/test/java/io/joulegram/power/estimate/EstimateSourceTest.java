package io.joulegram.power.estimate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.joulegram.power.Channel;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Quantity;
import io.joulegram.power.Readings;
import io.joulegram.power.Readings.Status;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceUnavailableException;
import java.util.List;
import org.junit.jupiter.api.Test;

class EstimateSourceTest {
    private static final long SECOND = 1_000_000_000;

    private final MadeHost host = new MadeHost();
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
        // 280 W at a quarter and at full load; 256 GB at 0.225 W each.
        assertThat(readings.value(0)).isEqualTo(Math.round(280_000 * (0.1140625 + 0.48125) / 2));
        assertThat(readings.value(1)).isEqualTo(Math.round(280_000 * 1.01));
        assertThat(readings.value(2)).isEqualTo(57_600);
        assertThat(readings.value(3)).isEqualTo(57_600);
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

        assertThat(cpu.maxWatts()).isEqualTo(128 * 4 * 1.01);
        assertThat(cpu.gainUncertaintyRatio()).isGreaterThan(0.8);
    }

    @Test
    void readsThisHostThroughOshi() throws Exception {
        try (PowerSource source = new EstimateProvider().open().get(0)) {
            assertThat(source.channels())
                    .isNotEmpty()
                    .allSatisfy(channel -> assertThat(channel.maxWatts()).isPositive());
        }
        HostLoad load = new OshiHostLoad();
        assertThat(load.ticks()).hasSameSizeAs(load.sockets()).allSatisfy(ticks -> {
            assertThat(ticks.busy()).isPositive();
            assertThat(ticks.total()).isGreaterThan(ticks.busy());
        });
        assertThat(load.memoryBytes()).isGreaterThan(1L << 28);
    }

    @Test
    void isUnavailableWhereTheHostCannotBeSeen() {
        EstimateProvider broken = new EstimateProvider(() -> {
            throw new UnsupportedOperationException("no such system");
        });

        assertThatExceptionOfType(SourceUnavailableException.class)
                .isThrownBy(broken::open)
                .withMessageContaining("no such system");
    }

    private PowerSource source() {
        return new EstimateSource(host, CpuRatings.builtIn(), () -> nanos);
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
            return List.of(new Socket(0, 64, 128), new Socket(1, 64, 128));
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
