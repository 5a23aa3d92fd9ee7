package io.joulegram.agent.demo;

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
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A GPU of the simulated host, with an energy counter in millijoules as NVML has it. */
final class SimulatedGpu implements GpuSource {
    private static final long MEMORY_BYTES = 80L << 30;
    private static final long MEMORY_USED_BYTES = 73L << 30;
    private static final double POWER_LIMIT_WATTS = 700;
    private static final int MICROJOULES_PER_COUNT = 1000;
    private static final double IDLE_CLOCK_HERTZ = 345e6;
    private static final double LOADED_CLOCK_HERTZ = 1_755e6;

    /** {@code nvmlClocksEventReasonGpuIdle} of nvml.h. */
    private static final long REASON_IDLE = 1;

    /** Above this, kernels run all the time: even a small batch decodes step after step without a pause. */
    private static final double FULLY_BUSY_WATTS = 200;

    private final int gpu;
    private final Workload workload;
    private final LongSupplier nanoTime;
    private final GpuInfo info;
    private final List<Channel> channels;
    private final List<GpuProcess> processes;
    private volatile @Nullable GpuTelemetry telemetry;

    SimulatedGpu(int gpu, Workload workload, LongSupplier nanoTime) {
        this.gpu = gpu;
        this.workload = workload;
        this.nanoTime = nanoTime;
        String device = Integer.toString(gpu);
        info = new GpuInfo(
                device,
                "GPU-simulated-" + device,
                "Simulated H100 80GB",
                String.format(Locale.ROOT, "00000000:%02X:00.0", 0x10 + gpu),
                "simulated",
                MEMORY_BYTES,
                POWER_LIMIT_WATTS);
        channels = List.of(
                Channel.energy(Domain.GPU, device, Sensor.SIMULATED, MICROJOULES_PER_COUNT, 0, POWER_LIMIT_WATTS, 0));
        processes = List.of(
                new GpuProcess(Math.toIntExact(ProcessHandle.current().pid()), OptionalLong.of(MEMORY_USED_BYTES)));
    }

    @Override
    public String name() {
        return "simulated:" + gpu;
    }

    @Override
    public List<Channel> channels() {
        return channels;
    }

    @Override
    public void read(Readings readings) {
        long now = nanoTime.getAsLong();
        readings.measured(0, now, workload.gpuMicrojoules(gpu, now) / MICROJOULES_PER_COUNT);
    }

    @Override
    public GpuInfo info() {
        return info;
    }

    @Override
    public void refresh() {
        long now = nanoTime.getAsLong();
        double watts = workload.gpuWatts(gpu, now);
        boolean busy = workload.requestsRunning(gpu * Workload.ENGINES / Workload.GPUS, now) > 0;
        telemetry = new GpuTelemetry(
                OptionalDouble.of(busy ? Math.min(1, watts / FULLY_BUSY_WATTS) : 0),
                OptionalLong.of(MEMORY_USED_BYTES),
                OptionalLong.of(MEMORY_BYTES),
                OptionalDouble.of(Math.rint(31 + 0.055 * watts)),
                OptionalDouble.of(busy ? LOADED_CLOCK_HERTZ : IDLE_CLOCK_HERTZ),
                OptionalDouble.of(POWER_LIMIT_WATTS),
                OptionalLong.of(busy ? 0 : REASON_IDLE),
                processes);
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
