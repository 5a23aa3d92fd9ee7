package io.joulegram.agent.cli;

import io.joulegram.agent.Logging;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code joulegram run}. */
final class RunCommand implements Callable<Integer> {
    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("run");
    private final ConfigOptions options;
    private final Daemon daemon;

    private RunCommand(ConfigOptions options, Daemon daemon) {
        this.options = options;
        this.daemon = daemon;
        options.addTo(spec);
        spec.usageMessage()
                .description("Measures energy and carbon per token and serves the figures until it is stopped.")
                .abbreviateSynopsis(true)
                .sortOptions(false);
    }

    /** The command with its options. */
    static CommandLine create(ConfigLoader loader, Daemon daemon) {
        return new CommandLine(new RunCommand(new ConfigOptions(loader), daemon).spec);
    }

    @Override
    public Integer call() throws ConfigException {
        AgentConfig config = options.load(spec.commandLine().getParseResult());
        Logging.apply(config.log().level());
        return daemon.run(config);
    }
}
