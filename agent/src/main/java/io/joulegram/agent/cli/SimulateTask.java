package io.joulegram.agent.cli;

import io.joulegram.agent.Agent;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.simulate.EnginePower;
import io.joulegram.agent.simulate.EngineSettings;
import io.joulegram.agent.simulate.OpenAiServer;
import io.joulegram.agent.simulate.SimulatedEngine;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.util.List;

/** Runs a simulated inference server, and the daemon on the simulated power of its accelerators. */
final class SimulateTask implements SimulateCommand.Task {
    private final PrintWriter out;
    private final PrintWriter err;

    SimulateTask(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public int run(AgentConfig config, EngineSettings settings, ListenAddress address, double ownPerSecond) {
        SimulatedEngine engine = new SimulatedEngine(settings, System::nanoTime);
        try (OpenAiServer server =
                OpenAiServer.start(new InetSocketAddress(address.host(), address.port()), engine, ownPerSecond)) {
            Agent agent =
                    new Agent(SimulatedConfig.of(config, server.baseUri()), List.of(List.of(new EnginePower(engine))));
            out.println("Simulated: " + settings.model().name() + " on " + settings.tensorParallel() + " x "
                    + settings.accelerator().name() + ", served at " + server.baseUri()
                    + "/v1, what it has truly taken at " + server.baseUri() + "/truth. Stop with Ctrl-C.");
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
