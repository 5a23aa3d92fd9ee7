package io.joulegram.agent.cli;

import io.joulegram.agent.Logging;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** A command that runs a daemon with the configuration: {@code joulegram run}, {@code joulegram demo}. */
final class RunCommand implements Callable<Integer> {
    private final CommandSpec spec;
    private final ConfigOptions options;
    private final Daemon daemon;

    private RunCommand(String name, String description, ConfigOptions options, Daemon daemon) {
        spec = CommandSpec.wrapWithoutInspection(this).name(name);
        this.options = options;
        this.daemon = daemon;
        options.addTo(spec);
        spec.usageMessage().description(description).abbreviateSynopsis(true).sortOptions(false);
    }

    /** {@code joulegram run}, with its options. */
    static CommandLine create(ConfigLoader loader, Daemon daemon) {
        return create(
                "run",
                "Measures energy and carbon per token and serves the figures until it is stopped.",
                loader,
                daemon);
    }

    /** {@code joulegram demo}, with the options of {@code run}. */
    static CommandLine createDemo(ConfigLoader loader, Daemon daemon) {
        return create("demo", "Runs the daemon on simulated GPUs, processors and an inference server.", loader, daemon);
    }

    private static CommandLine create(String name, String description, ConfigLoader loader, Daemon daemon) {
        return new CommandLine(new RunCommand(name, description, new ConfigOptions(loader), daemon).spec);
    }

    @Override
    public Integer call() throws ConfigException {
        AgentConfig config = options.load(spec.commandLine().getParseResult());
        Logging.apply(config.log().level());
        return daemon.run(config);
    }
}
