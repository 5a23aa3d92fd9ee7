package io.joulegram.agent.bench;

import io.joulegram.power.Component;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Takes the power of each part over time, as it comes: a line for each time that the agent was asked. What cannot be written does
 * not disturb the measurement, and is told when it is closed.
 */
public final class PowerTraceFile implements AutoCloseable {
    private static final List<Component> PARTS = List.of(Component.GPU, Component.CPU, Component.DRAM, Component.OTHER);

    private final Optional<Path> path;
    private int runs;
    private @Nullable BufferedWriter file;
    private @Nullable IOException failure;

    /** @param path is written over when the first sample comes; empty for none */
    public PowerTraceFile(Optional<Path> path) {
        this.path = path;
    }

    /**
     * Takes the samples of the next run.
     *
     * @param startNanos when it started
     */
    synchronized Consumer<AgentSample> nextRun(long startNanos) {
        int run = ++runs;
        return sample -> add(run, startNanos, sample);
    }

    private synchronized void add(int run, long startNanos, AgentSample sample) {
        if (path.isEmpty() || failure != null) {
            return;
        }
        StringBuilder line = new StringBuilder();
        line.append(run).append(String.format(Locale.ROOT, ",%.3f", (sample.nanos() - startNanos) / 1e9));
        for (Component part : PARTS) {
            Double watts = sample.watts().get(part);
            line.append(watts == null ? "," : String.format(Locale.ROOT, ",%.3f", watts));
        }
        try {
            BufferedWriter writer = file;
            if (writer == null) {
                writer = Files.newBufferedWriter(path.get());
                file = writer;
                writer.write("run,seconds,gpu_watts,cpu_watts,dram_watts,other_watts\n");
            }
            writer.append(line.append('\n'));
            // What is there if this process is killed.
            writer.flush();
        } catch (IOException e) {
            failure = e;
        }
    }

    /** @throws IOException if something could not be written */
    @Override
    public synchronized void close() throws IOException {
        if (file != null) {
            file.close();
        }
        if (failure != null) {
            throw failure;
        }
    }
}
