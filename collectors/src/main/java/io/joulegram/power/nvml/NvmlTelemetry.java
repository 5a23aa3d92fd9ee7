package io.joulegram.power.nvml;

import io.joulegram.nvml.NvmlClock;
import io.joulegram.nvml.NvmlDevice;
import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlMemory;
import io.joulegram.nvml.NvmlProcess;
import io.joulegram.nvml.NvmlUtilization;
import io.joulegram.power.GpuProcess;
import io.joulegram.power.GpuTelemetry;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/** Asks a GPU for what changes slowly. Answers that cannot be true count as none: drivers give 2^32 - 1 at times. */
final class NvmlTelemetry {
    private static final int MAX_PERCENT = 100;
    private static final int MAX_CELSIUS = 200;
    private static final int MAX_MEGAHERTZ = 20_000;

    private final Query<NvmlUtilization> utilization;
    private final Query<NvmlMemory> memory;
    private final Query<Integer> temperatureCelsius;
    private final Query<Long> smClockMegahertz;
    private final Query<Long> powerLimitMilliwatts;
    private final Query<Long> throttleReasons;
    private final Query<List<NvmlProcess>> processes;

    NvmlTelemetry(NvmlDevice device) {
        utilization = new Query<>(device::utilization);
        memory = new Query<>(device::memory);
        temperatureCelsius = new Query<>(device::temperatureCelsius);
        smClockMegahertz = new Query<>(() -> device.clockMegahertz(NvmlClock.SM));
        powerLimitMilliwatts = new Query<>(device::enforcedPowerLimitMilliwatts);
        throttleReasons = new Query<>(device::throttleReasons);
        processes = new Query<>(device::computeProcesses);
    }

    /** @throws NvmlException if the GPU is not well, so that no answer is to be relied on */
    GpuTelemetry read() throws NvmlException {
        Optional<NvmlMemory> plausibleMemory = memory.ask()
                .filter(it -> it.totalBytes() > 0 && it.usedBytes() >= 0 && it.usedBytes() <= it.totalBytes());
        return new GpuTelemetry(
                real(utilization.ask().map(NvmlUtilization::gpuPercent).filter(it -> it <= MAX_PERCENT), 0.01),
                whole(plausibleMemory.map(NvmlMemory::usedBytes)),
                whole(plausibleMemory.map(NvmlMemory::totalBytes)),
                real(temperatureCelsius.ask().filter(it -> Math.abs(it) <= MAX_CELSIUS), 1),
                real(smClockMegahertz.ask().filter(it -> it <= MAX_MEGAHERTZ), 1e6),
                real(powerLimitMilliwatts.ask().filter(NvmlChannels::isPlausibleLimit), 0.001),
                whole(throttleReasons.ask()),
                processes.ask().orElse(List.of()).stream()
                        .map(process -> new GpuProcess(process.pid(), process.usedMemoryBytes()))
                        .toList());
    }

    private static OptionalLong whole(Optional<Long> value) {
        return value.map(OptionalLong::of).orElseGet(OptionalLong::empty);
    }

    private static OptionalDouble real(Optional<? extends Number> value, double unit) {
        return value.map(it -> OptionalDouble.of(it.doubleValue() * unit)).orElseGet(OptionalDouble::empty);
    }
}
