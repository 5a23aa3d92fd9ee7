package io.joulegram.agent.cli;

import io.joulegram.agent.Logging;
import io.joulegram.agent.calibrate.CalibrationException;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigException;
import io.joulegram.agent.config.ConfigLoader;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code joulegram calibrate}: does what one of its modes does. */
final class CalibrateCommand implements Callable<Integer> {
    private static final int FAILED = 1;

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("calibrate");
    private final ConfigOptions options;
    private final List<CalibrateMode> modes;

    private CalibrateCommand(ConfigLoader loader, List<CalibrateMode> modes) {
        options = new ConfigOptions(loader);
        this.modes = List.copyOf(modes);
        modes.forEach(mode -> mode.addOptions(spec));
        options.addTo(spec);
        spec.usageMessage()
                .description("Learns from this host what the built-in figures do not know.")
                .abbreviateSynopsis(true)
                .sortOptions(false);
    }

    /** The command, with these modes. */
    static CommandLine create(ConfigLoader loader, List<CalibrateMode> modes) {
        return new CommandLine(new CalibrateCommand(loader, modes).spec);
    }

    @Override
    public Integer call() throws ConfigException {
        CommandLine command = spec.commandLine();
        ParseResult parsed = command.getParseResult();
        CalibrateMode mode = chosen(parsed);
        AgentConfig config = options.load(parsed);
        Logging.apply(config.log().level());
        try {
            return mode.run(spec, parsed, config);
        } catch (CalibrationException e) {
            command.getErr().println("joulegram: " + e.getMessage());
            return FAILED;
        } catch (IOException e) {
            command.getErr().println("joulegram: cannot be written: " + e);
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return FAILED;
        }
    }

    private CalibrateMode chosen(ParseResult parsed) {
        List<CalibrateMode> chosen = modes.stream()
                .filter(mode -> parsed.hasMatchedOption(mode.option()))
                .toList();
        if (chosen.size() != 1) {
            String all = modes.stream().map(CalibrateMode::option).collect(Collectors.joining(", "));
            throw LedgerOptions.wrong(
                    spec,
                    chosen.isEmpty()
                            ? "nothing is said of what to calibrate: give " + all
                            : "only one of " + all + " can be done at a time");
        }
        return chosen.get(0);
    }
}
