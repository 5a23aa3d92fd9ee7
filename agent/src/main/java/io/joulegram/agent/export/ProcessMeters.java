package io.joulegram.agent.export;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.lang.management.ManagementFactory;

/** The agent's processor time and open files, by the names that every Prometheus client uses. */
final class ProcessMeters implements MeterBinder {
    private static final double NANOS_PER_SECOND = 1e9;

    @Override
    public void bindTo(MeterRegistry registry) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system) {
            FunctionCounter.builder("process.cpu", system, bean -> bean.getProcessCpuTime() / NANOS_PER_SECOND)
                    .baseUnit("seconds")
                    .description("Processor time that the agent has used, in seconds")
                    .register(registry);
        }
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
            Gauge.builder("process.open.fds", system, bean -> (double) bean.getOpenFileDescriptorCount())
                    .description("Files that the agent has open")
                    .register(registry);
            Gauge.builder("process.max.fds", system, bean -> (double) bean.getMaxFileDescriptorCount())
                    .description("Files that the agent may have open")
                    .register(registry);
        }
    }
}
