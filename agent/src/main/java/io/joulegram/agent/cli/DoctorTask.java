package io.joulegram.agent.cli;

import io.joulegram.agent.Doctor;
import io.joulegram.agent.HostSources;
import io.joulegram.agent.config.AgentConfig;
import java.io.PrintWriter;

/** {@code joulegram doctor}: status 0 only if the power of a GPU or a processor is measured. */
final class DoctorTask implements ConfiguredTask {
    private final PrintWriter out;
    private final PrintWriter err;

    DoctorTask(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public int run(AgentConfig config) {
        try {
            return new Doctor(config, out).examine(HostSources.of(config)) ? 0 : 1;
        } catch (IllegalArgumentException e) {
            err.println("joulegram: " + e.getMessage());
            return Cli.WRONG;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }
}
