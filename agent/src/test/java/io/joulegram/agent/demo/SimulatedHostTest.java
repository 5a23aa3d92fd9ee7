package io.joulegram.agent.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.power.Domain;
import io.joulegram.power.GpuProcess;
import io.joulegram.power.GpuSource;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.PowerSource;
import io.joulegram.power.Quantity;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.List;
import java.util.OptionalDouble;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SimulatedHostTest {
    private static final long SECOND = 1_000_000_000L;

    private final AtomicLong clock = new AtomicLong(100);
    private final Workload workload = new Workload(100, 42);
    private final List<PowerSource> sources = new SimulatedHost(workload, clock::get).open();

    @Test
    void thereAreEightGpusAndOneHostAllSimulated() {
        assertThat(sources)
                .hasSize(9)
                .extracting(PowerSource::name)
                .startsWith("simulated:0")
                .endsWith("simulated:host");
        assertThat(sources).flatExtracting(PowerSource::channels).hasSize(12).allSatisfy(channel -> {
            assertThat(channel.sensor()).isEqualTo(Sensor.SIMULATED);
            assertThat(channel.quantity()).isEqualTo(Quantity.ENERGY);
        });
        assertThat(sources.get(8).channels())
                .extracting(channel -> channel.domain() + channel.device())
                .containsExactly("cpu0", "cpu1", "dram0", "dram1");
    }

    @Test
    void countersShowTheEnergyOfTheInstantTheyAreReadAt() {
        clock.set(100 + 33 * SECOND);

        for (int gpu = 0; gpu < Workload.GPUS; gpu++) {
            assertThat(read(sources.get(gpu)).value(0) * 1000)
                    .isEqualTo(workload.gpuMicrojoules(gpu, clock.get()) / 1000 * 1000);
        }
        Readings host = read(sources.get(8));
        for (int socket = 0; socket < Workload.SOCKETS; socket++) {
            assertThat(host.value(socket)).isEqualTo(workload.cpuMicrojoules(socket, clock.get()));
            assertThat(host.value(2 + socket)).isEqualTo(workload.dramMicrojoules(socket, clock.get()));
        }
    }

    @Test
    void powerStaysBelowWhatTheChannelsSay() {
        for (PowerSource source : sources) {
            Readings before = read(source);
            for (int i = 0; i < 6000; i++) {
                clock.addAndGet(SECOND / 10);
                Readings now = read(source);
                for (int channel = 0; channel < now.size(); channel++) {
                    double watts = (now.value(channel) - before.value(channel))
                            * source.channels().get(channel).microjoulesPerCount()
                            / 1e5;
                    assertThat(watts)
                            .isBetween(1.0, source.channels().get(channel).maxWatts());
                }
                before = now;
            }
        }
    }

    @Test
    void telemetryFollowsTheLoad() {
        GpuSource gpu = (GpuSource) sources.get(0);
        assertThat(gpu.telemetry()).isNull();
        GpuTelemetry idle = telemetryAt(gpu, SECOND);
        GpuTelemetry loaded = telemetryAt(gpu, 28 * SECOND);

        assertThat(idle.utilizationRatio()).isEqualTo(OptionalDouble.of(0));
        assertThat(loaded.utilizationRatio().orElse(0)).isBetween(0.5, 1.0);
        assertThat(loaded.temperatureCelsius().orElse(0))
                .isGreaterThan(idle.temperatureCelsius().orElse(99));
        assertThat(idle.throttleReasons().orElse(-1)).isEqualTo(1);
        assertThat(loaded.throttleReasons().orElse(-1)).isZero();
        assertThat(loaded.processes()).extracting(GpuProcess::pid).containsExactly((int)
                ProcessHandle.current().pid());
        assertThat(gpu.info().name()).startsWith("Simulated");
    }

    @Test
    void everyOpeningGivesSourcesOfItsOwn() {
        SimulatedHost host = new SimulatedHost(workload, clock::get);
        host.open().forEach(PowerSource::close);

        assertThat(host.open().get(0).channels().get(0).domain()).isEqualTo(Domain.GPU);
        assertThat(host.name()).isEqualTo("simulated");
    }

    private GpuTelemetry telemetryAt(GpuSource gpu, long elapsedNanos) {
        clock.set(100 + elapsedNanos);
        gpu.refresh();
        GpuTelemetry telemetry = gpu.telemetry();
        assertThat(telemetry).isNotNull();
        return telemetry;
    }

    private static Readings read(PowerSource source) {
        Readings readings = new Readings(source.channels().size());
        source.read(readings);
        for (int channel = 0; channel < readings.size(); channel++) {
            assertThat(readings.status(channel)).isEqualTo(Readings.Status.MEASURED);
        }
        return readings;
    }
}
