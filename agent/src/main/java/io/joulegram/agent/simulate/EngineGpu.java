package io.joulegram.agent.simulate;

import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.GpuInfo;
import io.joulegram.power.GpuProcess;
import io.joulegram.power.GpuSource;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * One of the accelerators of simulated engines, with an energy counter in millijoules as NVML has it. The accelerators
 * share the energy evenly, and their counters add up to all of it but for the millijoule.
 */
final class EngineGpu implements GpuSource {
    private static final int MICROJOULES_PER_COUNT = 1000;
    private static final double IDLE_CLOCK_HERTZ = 345e6;
    private static final double BUSY_CLOCK_HERTZ = 1_755e6;
    private static final double CELSIUS_WITHOUT_POWER = 31;
    private static final double CELSIUS_PER_WATT = 0.055;

    /** {@code nvmlClocksEventReasonGpuIdle} of nvml.h. */
    private static final long REASON_IDLE = 1;

    private final int rank;
    private final Accelerators accelerators;
    private final EngineSettings settings;
    private final EnergyReading reading = new EnergyReading();
    private final GpuInfo info;
    private final List<Channel> channels;
    private volatile @Nullable GpuTelemetry telemetry;
    private long lastReadNanos;
    private boolean readBefore;

    /**
     * @param gpu its number on the host
     * @param rank its number among those that share a model
     */
    EngineGpu(int gpu, int rank, Accelerators accelerators) {
        this.rank = rank;
        this.accelerators = accelerators;
        settings = accelerators.settings();
        AcceleratorShape accelerator = settings.accelerator();
        String device = Integer.toString(gpu);
        double maxWatts = accelerator.maxMilliwatts() / 1e3;
        info = new GpuInfo(
                device,
                "GPU-simulated-" + device,
                "Simulated NVIDIA " + accelerator.product(),
                String.format(Locale.ROOT, "00000000:%02X:00.0", 0x10 + gpu),
                "simulated",
                accelerator.memoryBytes(),
                maxWatts);
        channels = List.of(Channel.energy(Domain.GPU, device, Sensor.SIMULATED, MICROJOULES_PER_COUNT, 0, maxWatts, 0));
    }

    @Override
    public String name() {
        return "simulated:" + info.device();
    }

    @Override
    public List<Channel> channels() {
        return channels;
    }

    /** Tells the energy as of the newest instant that is known, and nothing if that is the one of the last time. */
    @Override
    public void read(Readings readings) {
        accelerators.read(reading);
        if (!readBefore || reading.atNanos() - lastReadNanos > 0) {
            readBefore = true;
            lastReadNanos = reading.atNanos();
            readings.measured(0, lastReadNanos, share(reading.microjoules()) / MICROJOULES_PER_COUNT);
        }
    }

    /** Split so that the shares of all add up to the whole. */
    private long share(long microjoules) {
        int gpus = settings.tensorParallel();
        return microjoules / gpus + (rank < microjoules % gpus ? 1 : 0);
    }

    @Override
    public GpuInfo info() {
        return info;
    }

    @Override
    public void refresh() {
        boolean busy = accelerators.stepEndNanos().isPresent();
        long usedBytes = accelerators.usedBytes() / settings.tensorParallel();
        double celsius =
                Math.rint(CELSIUS_WITHOUT_POWER + CELSIUS_PER_WATT * accelerators.watts() / settings.tensorParallel());
        telemetry = new GpuTelemetry(
                OptionalDouble.of(busy ? 1 : 0),
                OptionalLong.of(usedBytes),
                OptionalLong.of(info.memoryTotalBytes()),
                OptionalDouble.of(celsius),
                OptionalDouble.of(busy ? BUSY_CLOCK_HERTZ : IDLE_CLOCK_HERTZ),
                OptionalDouble.of(info.defaultPowerLimitWatts()),
                OptionalLong.of(busy ? 0 : REASON_IDLE),
                List.of(new GpuProcess(Math.toIntExact(ProcessHandle.current().pid()), OptionalLong.of(usedBytes))));
    }

    @Override
    public @Nullable GpuTelemetry telemetry() {
        return telemetry;
    }

    /** Reads do not fail here, so no code is ever asked for. */
    @Override
    public String errorName(int errorCode) {
        return "UNKNOWN";
    }

    @Override
    public void close() {
        telemetry = null;
    }
}
