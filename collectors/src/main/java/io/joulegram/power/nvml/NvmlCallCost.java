package io.joulegram.power.nvml;

import io.joulegram.nvml.NvmlClock;
import io.joulegram.nvml.NvmlDevice;
import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlField;
import io.joulegram.nvml.NvmlFieldValues;
import io.joulegram.nvml.NvmlPowerRing;
import io.joulegram.nvml.NvmlReturn;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What a call into NVML costs on this host.
 *
 * @param call its name
 * @param medianNanos time from call to return, median
 * @param percentile99Nanos the same, 99th percentile
 * @param meanCpuNanos processor time of the calling thread, in the driver too, mean
 */
public record NvmlCallCost(String call, long medianNanos, long percentile99Nanos, long meanCpuNanos) {
    private static final int WARM_UP = 20;
    private static final int CALLS = 200;

    private interface Call {
        int make() throws NvmlException;
    }

    private static final class Trials {
        private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        private final List<NvmlCallCost> costs = new ArrayList<>();

        void run(String name, Call call) {
            Optional<NvmlCallCost> cost = cost(name, call);
            cost.ifPresent(costs::add);
        }

        private Optional<NvmlCallCost> cost(String name, Call call) {
            try {
                for (int i = 0; i < WARM_UP; i++) {
                    if (call.make() != NvmlReturn.SUCCESS) {
                        return Optional.empty();
                    }
                }
                long[] nanos = new long[CALLS];
                long cpuBefore = threads.getCurrentThreadCpuTime();
                for (int i = 0; i < CALLS; i++) {
                    long before = System.nanoTime();
                    call.make();
                    nanos[i] = System.nanoTime() - before;
                }
                long cpu = threads.getCurrentThreadCpuTime() - cpuBefore;
                Arrays.sort(nanos);
                return Optional.of(new NvmlCallCost(name, nanos[CALLS / 2], nanos[CALLS * 99 / 100], cpu / CALLS));
            } catch (NvmlException e) {
                return Optional.empty();
            }
        }
    }

    /** Makes each call some two hundred times; those that the device does not support are left out. */
    static List<NvmlCallCost> of(NvmlDevice device) {
        Trials trials = new Trials();
        trials.run("nvmlDeviceGetTotalEnergyConsumption", device::readEnergy);
        NvmlFieldValues counter = device.fieldValues(List.of(NvmlField.TOTAL_ENERGY));
        trials.run("nvmlDeviceGetFieldValues(83)", () -> read(counter));
        NvmlFieldValues power = device.fieldValues(List.of(NvmlField.POWER_AVERAGE, NvmlField.POWER_INSTANT));
        trials.run("nvmlDeviceGetFieldValues(185, 186)", () -> read(power));
        trials.run("nvmlDeviceGetPowerUsage", device::readPowerUsage);
        NvmlPowerRing ring = device.powerRing();
        trials.run("nvmlDeviceGetSamples(TOTAL_POWER)", () -> ring.read(0));
        trials.run("nvmlDeviceGetUtilizationRates", () -> done(device.utilization()));
        trials.run("nvmlDeviceGetMemoryInfo", () -> done(device.memory()));
        trials.run("nvmlDeviceGetTemperature", () -> done(device.temperatureCelsius()));
        trials.run("nvmlDeviceGetClockInfo", () -> done(device.clockMegahertz(NvmlClock.SM)));
        trials.run("nvmlDeviceGetCurrentClocksEventReasons", () -> done(device.throttleReasons()));
        trials.run("nvmlDeviceGetComputeRunningProcesses", () -> done(device.computeProcesses()));
        return trials.costs;
    }

    private static int read(NvmlFieldValues fields) {
        fields.read();
        return fields.returnCode(0);
    }

    private static int done(Object answer) {
        return answer == null ? NvmlReturn.UNKNOWN : NvmlReturn.SUCCESS;
    }
}
