package io.joulegram.agent.cli;

import io.joulegram.agent.Logging;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.simulate.Simulation;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code joulegram demo}: a simulated inference server under a load of its own, and the daemon that measures it. */
final class DemoCommand implements Callable<Integer> {
    private static final String ANY_PORT = "127.0.0.1:0";

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("demo");
    private final ListenOption listen =
            new ListenOption(spec, "Where the simulated server listens (default: a free port of 127.0.0.1).");
    private final ConfigOptions options;
    private final SimulateCommand.Task task;

    private DemoCommand(ConfigOptions options, SimulateCommand.Task task) {
        this.options = options;
        this.task = task;
        options.addTo(spec);
        spec.usageMessage()
                .description("Runs the daemon on simulated GPUs, processors and an inference server under load.")
                .abbreviateSynopsis(true)
                .sortOptions(false);
    }

    /** The command. */
    static CommandLine create(ConfigLoader loader, SimulateCommand.Task task) {
        return new CommandLine(new DemoCommand(new ConfigOptions(loader), task).spec);
    }

    @Override
    public Integer call() throws ConfigException {
        ParseResult parsed = spec.commandLine().getParseResult();
        ListenAddress address = listen.of(parsed, ANY_PORT);
        AgentConfig config = options.load(parsed);
        Logging.apply(config.log().level());
        return task.run(config, Simulation.demo(), address);
    }
}
