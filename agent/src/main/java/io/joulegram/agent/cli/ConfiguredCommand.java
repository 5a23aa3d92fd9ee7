package io.joulegram.agent.cli;

import io.joulegram.agent.Logging;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** A command that takes the whole configuration: {@code run}, {@code doctor}. */
final class ConfiguredCommand implements Callable<Integer> {
    private final CommandSpec spec;
    private final ConfigOptions options;
    private final ConfiguredTask task;

    private ConfiguredCommand(String name, String description, ConfigOptions options, ConfiguredTask task) {
        spec = CommandSpec.wrapWithoutInspection(this).name(name);
        this.options = options;
        this.task = task;
        options.addTo(spec);
        spec.usageMessage().description(description).abbreviateSynopsis(true).sortOptions(false);
    }

    /** {@code joulegram run}, with its options. */
    static CommandLine create(ConfigLoader loader, ConfiguredTask task) {
        return create(
                "run",
                "Measures energy and carbon per token and serves the figures until it is stopped.",
                loader,
                task);
    }

    /** {@code joulegram doctor}, with the options of {@code run}. */
    static CommandLine createDoctor(ConfigLoader loader, ConfiguredTask task) {
        return create(
                "doctor", "Tells what is measured on this host, what is not, why, and what mends it.", loader, task);
    }

    private static CommandLine create(String name, String description, ConfigLoader loader, ConfiguredTask task) {
        return new CommandLine(new ConfiguredCommand(name, description, new ConfigOptions(loader), task).spec);
    }

    @Override
    public Integer call() throws ConfigException {
        AgentConfig config = options.load(spec.commandLine().getParseResult());
        Logging.apply(config.log().level());
        return task.run(config);
    }
}
