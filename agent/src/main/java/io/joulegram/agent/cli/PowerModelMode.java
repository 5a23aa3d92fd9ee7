package io.joulegram.agent.cli;

import io.joulegram.agent.HostSources;
import io.joulegram.agent.calibrate.Calibration;
import io.joulegram.agent.calibrate.CalibrationException;
import io.joulegram.agent.calibrate.CalibrationReport;
import io.joulegram.agent.calibrate.ConfigurationFragment;
import io.joulegram.agent.calibrate.LoadTrace;
import io.joulegram.agent.calibrate.MeasuredLevel;
import io.joulegram.agent.calibrate.StressRun;
import io.joulegram.agent.calibrate.StressedHost;
import io.joulegram.agent.calibrate.WallMeterLog;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.power.PowerSource;
import io.joulegram.power.SourceUnavailableException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * {@code joulegram calibrate --power-model}: fits the model of processors and memory, by RAPL or by the log of a wall
 * meter.
 */
final class PowerModelMode implements CalibrateMode {
    private static final int MIN_SECONDS = 4;
    private static final int MAX_SECONDS = 600;
    private static final int STANDARD_SECONDS = 10;
    private static final double MAX_WATTS = 20_000;

    /** Finds the host. */
    interface HostFinder {
        StressedHost find(Path procfsRoot) throws CalibrationException;
    }

    private final HostFinder hosts;

    PowerModelMode(HostFinder hosts) {
        this.hosts = hosts;
    }

    @Override
    public String option() {
        return "--power-model";
    }

    @Override
    public void addOptions(CommandSpec command) {
        command.addOption(OptionSpec.builder(option())
                        .description(
                                "Fits the model of processors and memory that stands in where nothing measures them:"
                                        + " puts the host under some 14 levels of load, about two minutes in all, and"
                                        + " compares with RAPL.")
                        .build())
                .addOption(LedgerOptions.text("--seconds", "N", "How long a level lasts, 4 to 600 (default: 10)."))
                .addOption(LedgerOptions.file(
                        "--record", "Runs the levels and only notes them in FILE, while a wall meter logs."))
                .addOption(LedgerOptions.file("--load", "What --record noted, to be joined with --from-csv."))
                .addOption(LedgerOptions.file(
                        "--from-csv", "The log of a wall meter, with the columns time,watts, in place of RAPL."))
                .addOption(LedgerOptions.text(
                        "--subtract-watts",
                        "W",
                        "What the meter saw besides processors, memory and the rest of the server, such as GPUs at rest"
                                + " (default: 0)."))
                .addOption(LedgerOptions.file(
                        "--output", "Where the fragment of the configuration goes (default: standard output)."));
    }

    @Override
    public int run(CommandSpec command, ParseResult parsed, AgentConfig config)
            throws CalibrationException, IOException, InterruptedException {
        requireOptionsThatFit(command, parsed);
        boolean fromCsv = parsed.hasMatchedOption("--from-csv");
        double subtractWatts = number(command, parsed, "--subtract-watts", 0, 0, MAX_WATTS);
        Duration perLevel = Duration.ofMillis(
                Math.round(1e3 * number(command, parsed, "--seconds", STANDARD_SECONDS, MIN_SECONDS, MAX_SECONDS)));
        PrintWriter err = command.commandLine().getErr();
        // Before two minutes of stress, not after.
        requireWritable(command, parsed, "--output", ConfigurationFragment.BEGIN);
        requireWritable(command, parsed, "--record", LoadTrace.BEGIN);
        try (StressedHost host = hosts.find(config.path().procfs())) {
            if (parsed.hasMatchedOption("--record")) {
                Path trace = parsed.matchedOptionValue("--record", Path.of(""));
                LoadTrace.write(
                        trace, new StressRun(host, perLevel, err::println).run(Optional.empty()), host.threads());
                err.println("joulegram: the levels are in " + trace + "; fit them with --load " + trace
                        + " --from-csv WALL.csv");
                return 0;
            }
            Calibration calibration = fromCsv
                    ? byWallMeter(parsed, host)
                    : Calibration.byCounters(byCounters(config, host, perLevel, err));
            calibration.warnings().forEach(warning -> err.println("warning: " + warning));
            print(command, parsed, calibration, host, subtractWatts);
            return 0;
        }
    }

    private static void requireOptionsThatFit(CommandSpec command, ParseResult parsed) {
        boolean fromCsv = parsed.hasMatchedOption("--from-csv");
        if (fromCsv != parsed.hasMatchedOption("--load")) {
            throw LedgerOptions.wrong(
                    command,
                    "--from-csv and --load go together: the meter's log, and the levels that --record noted meanwhile");
        }
        if (fromCsv && parsed.hasMatchedOption("--record")) {
            throw LedgerOptions.wrong(command, "--record and --from-csv exclude each other");
        }
        if (parsed.hasMatchedOption("--subtract-watts") && !fromCsv) {
            throw LedgerOptions.wrong(command, "--subtract-watts needs --from-csv");
        }
    }

    /** Only a new file, or one that an earlier calibration wrote, is written over. */
    private static void requireWritable(CommandSpec command, ParseResult parsed, String option, String begin)
            throws IOException {
        if (!parsed.hasMatchedOption(option)) {
            return;
        }
        Path file = parsed.matchedOptionValue(option, Path.of(""));
        byte[] expected = begin.getBytes(StandardCharsets.UTF_8);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer found = ByteBuffer.allocate(expected.length);
            channel.read(found, 0);
            if (channel.size() > 0 && !Arrays.equals(found.array(), expected)) {
                throw LedgerOptions.wrong(
                        command,
                        option + ": " + file + " holds something else than an earlier calibration; name another file");
            }
        }
    }

    private static Calibration byWallMeter(ParseResult parsed, StressedHost host) throws CalibrationException {
        List<MeasuredLevel> levels = LoadTrace.read(parsed.matchedOptionValue("--load", Path.of("")), host.threads());
        return Calibration.byWallMeter(levels, WallMeterLog.read(parsed.matchedOptionValue("--from-csv", Path.of(""))));
    }

    private static List<MeasuredLevel> byCounters(
            AgentConfig config, StressedHost host, Duration perLevel, PrintWriter err)
            throws CalibrationException, InterruptedException {
        try (PowerSource rapl = HostSources.rapl(config).open().get(0)) {
            return new StressRun(host, perLevel, err::println).run(Optional.of(rapl));
        } catch (SourceUnavailableException e) {
            throw new CalibrationException(
                    e.getMessage() + (e.fix().isEmpty() ? "" : "; " + e.fix())
                            + ". With a wall meter that logs time,watts in CSV: joulegram calibrate --power-model"
                            + " --record LOAD.csv while it logs, then joulegram calibrate --power-model --load LOAD.csv"
                            + " --from-csv WALL.csv",
                    e);
        }
    }

    private static void print(
            CommandSpec command, ParseResult parsed, Calibration calibration, StressedHost host, double subtractWatts)
            throws IOException {
        PrintWriter out = command.commandLine().getOut();
        String fragment = ConfigurationFragment.of(calibration, host, subtractWatts);
        out.print(CalibrationReport.of(calibration, host));
        if (parsed.hasMatchedOption("--output")) {
            Path file = parsed.matchedOptionValue("--output", Path.of(""));
            Files.writeString(file, fragment);
            out.println();
            out.println("joulegram run --config " + file + " uses these.");
        } else {
            out.println();
            out.print(fragment);
        }
        out.flush();
    }

    private static double number(
            CommandSpec command, ParseResult parsed, String option, double standard, double least, double most) {
        if (!parsed.hasMatchedOption(option)) {
            return standard;
        }
        String text = parsed.matchedOptionValue(option, "");
        double value;
        try {
            value = Double.parseDouble(text);
        } catch (NumberFormatException e) {
            value = Double.NaN;
        }
        if (!(value >= least && value <= most)) {
            throw LedgerOptions.wrong(
                    command,
                    option + ": \"" + text + "\" is not a number from " + Math.round(least) + " to "
                            + Math.round(most));
        }
        return value;
    }
}
