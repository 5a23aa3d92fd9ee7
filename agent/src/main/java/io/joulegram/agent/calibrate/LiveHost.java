package io.joulegram.agent.calibrate;

import io.joulegram.power.Domain;
import io.joulegram.power.SourceUnavailableException;
import io.joulegram.power.estimate.HostProcessors;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;

/** This host, under the stress of threads of this process. */
public final class LiveHost implements StressedHost {
    private final HostProcessors processors;
    private final StressThreads stress;

    private LiveHost(HostProcessors processors) {
        this.processors = processors;
        stress = new StressThreads(processors.threads(), processors.availableBytes());
    }

    /**
     * Looks at this host; stress begins with the first level.
     *
     * @param procfsRoot where procfs is mounted, {@code /proc}
     * @throws CalibrationException if nothing tells of its processors
     */
    public static LiveHost open(Path procfsRoot) throws CalibrationException {
        try {
            return new LiveHost(HostProcessors.of(procfsRoot));
        } catch (SourceUnavailableException e) {
            throw new CalibrationException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public String cpuName() {
        return processors.cpuName();
    }

    @Override
    public int packages() {
        return processors.packages();
    }

    @Override
    public int threads() {
        return processors.threads();
    }

    @Override
    public double gigabytes() {
        return processors.gigabytes();
    }

    @Override
    public boolean isVirtual() {
        return processors.isVirtual();
    }

    @Override
    public double builtInIdleWatts(Domain domain) {
        return processors.builtInIdleWatts(domain);
    }

    @Override
    public void apply(StressLevel level) {
        stress.apply(level);
    }

    @Override
    public void pause(Duration duration) throws InterruptedException {
        Thread.sleep(duration.toMillis());
    }

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    @Override
    public double utilization() {
        return processors.utilization();
    }

    @Override
    public long streamedBytes() {
        return stress.streamedBytes();
    }

    @Override
    public void close() {
        stress.close();
    }
}
