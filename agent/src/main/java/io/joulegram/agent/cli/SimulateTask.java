package io.joulegram.agent.cli;

import io.joulegram.agent.Agent;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.config.WebConfig;
import io.joulegram.agent.simulate.EngineGroup;
import io.joulegram.agent.simulate.EnginePower;
import io.joulegram.agent.simulate.EngineSettings;
import io.joulegram.agent.simulate.OpenAiServer;
import io.joulegram.agent.simulate.Simulation;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Runs a simulated inference server, and the daemon on the simulated power of its accelerators. */
final class SimulateTask implements SimulateCommand.Task {
    private final PrintWriter out;
    private final PrintWriter err;

    SimulateTask(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public int run(AgentConfig config, Simulation simulation, ListenAddress address) {
        List<EngineGroup> groups = simulation.engines(System::nanoTime);
        List<OpenAiServer> servers = new ArrayList<>();
        try {
            for (EngineGroup group : groups) {
                int port = address.port() == 0 ? 0 : address.port() + servers.size();
                servers.add(OpenAiServer.start(new InetSocketAddress(address.host(), port), group, simulation.own()));
            }
            List<URI> addresses = servers.stream().map(OpenAiServer::baseUri).toList();
            Agent agent = new Agent(
                    SimulatedConfig.of(config, addresses, simulation.devices()),
                    List.of(List.of(new EnginePower(groups))));
            return new DaemonProcess(err).run(agent, () -> {
                out.println(told(config, simulation, addresses));
                out.flush();
            });
        } catch (IOException e) {
            err.println("joulegram: the simulated server cannot listen: " + e.getMessage());
            return 1;
        } catch (IllegalArgumentException e) {
            err.println("joulegram: " + e.getMessage());
            return Cli.WRONG;
        } finally {
            servers.forEach(OpenAiServer::close);
        }
    }

    private static String told(AgentConfig config, Simulation simulation, List<URI> servers) {
        EngineSettings settings = simulation.settings();
        String gpus = settings.tensorParallel() + " x " + settings.accelerator().name();
        String each = simulation.dataParallel() == 1 ? gpus : simulation.dataParallel() + " x (" + gpus + ")";
        String where = servers.size() == 1 ? each : each + (simulation.shared() ? ", shared," : " each,");
        String page = (config.web().access().flatMap(WebConfig::tls).isPresent() ? "https" : "http") + "://"
                + config.web().listenAddress();
        return servers.stream()
                        .map(server -> "Simulated: " + settings.model().name() + " on " + where
                                + (servers.size() == 1 ? "," : "") + " served at " + server
                                + "/v1, what it has truly taken at " + server + "/truth.\n")
                        .collect(Collectors.joining())
                + "The page is at " + page + "/, the metrics at /metrics. Stop with Ctrl-C.";
    }
}
