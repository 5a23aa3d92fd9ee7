package io.joulegram.agent.cli;

import io.joulegram.agent.Agent;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.WebConfig;
import io.joulegram.agent.demo.SimulatedHost;
import io.joulegram.agent.demo.SimulatedVllm;
import io.joulegram.agent.demo.Workload;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.List;

/**
 * {@code joulegram demo}: the daemon on simulated hardware and a simulated inference server. Where the configuration
 * names no grid, it is the world's average, so that there are grams to see.
 */
final class DemoTask implements ConfiguredTask {
    private static final long SEED = 1;

    private final PrintWriter out;
    private final PrintWriter err;

    DemoTask(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public int run(AgentConfig config) {
        Workload workload = new Workload(System.nanoTime(), SEED);
        try (SimulatedVllm server = SimulatedVllm.start(workload, System::nanoTime)) {
            Agent agent = new Agent(
                    SimulatedConfig.of(config, server.baseUri()),
                    List.of(List.of(new SimulatedHost(workload, System::nanoTime))));
            out.println("Simulated: 8 GPUs, 2 processors and an inference server. The page is at "
                    + (config.web().access().flatMap(WebConfig::tls).isPresent() ? "https" : "http") + "://"
                    + config.web().listenAddress() + "/, the metrics at /metrics. Stop with Ctrl-C.");
            out.flush();
            return new DaemonProcess(err).run(agent);
        } catch (IOException e) {
            err.println("joulegram: the simulated server cannot listen: " + e.getMessage());
            return 1;
        } catch (IllegalArgumentException e) {
            err.println("joulegram: " + e.getMessage());
            return Cli.WRONG;
        }
    }
}
