package io.joulegram.agent.cli;

import io.joulegram.agent.calibrate.CalibrationException;
import io.joulegram.agent.calibrate.SensorReport;
import io.joulegram.agent.calibrate.SensorSeries;
import io.joulegram.agent.calibrate.SensorSurvey;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.power.PowerSource;
import io.joulegram.power.SourceUnavailableException;
import io.joulegram.power.nvml.NvmlGpuSource;
import io.joulegram.power.nvml.NvmlProvider;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** {@code joulegram calibrate --sensors}: learns how the sensors of each GPU behave, under the load that there is. */
final class SensorsMode implements CalibrateMode {
    private static final int MIN_SECONDS = 5;
    private static final int MAX_SECONDS = 600;
    private static final int STANDARD_SECONDS = 60;

    @Override
    public String option() {
        return "--sensors";
    }

    @Override
    public void addOptions(CommandSpec command) {
        command.addOption(OptionSpec.builder(option())
                        .description(
                                "Learns of each NVIDIA GPU how often its sensors have a new value, over how long they"
                                        + " average, and what reading them costs. Run it while the load goes up and"
                                        + " down: without steps the averaging stays unknown.")
                        .build())
                .addOption(
                        LedgerOptions.text(
                                "--survey-seconds",
                                "N",
                                "How long the sensors are read, 5 to 600 (default: 60); half of it without and half with the counter."))
                .addOption(OptionSpec.builder("--trace")
                        .paramLabel("FILE")
                        .type(Path.class)
                        .description("Writes every value of the second half, as CSV.")
                        .build());
    }

    @Override
    public int run(CommandSpec command, ParseResult parsed, AgentConfig config)
            throws CalibrationException, IOException, InterruptedException {
        Duration half = Duration.ofMillis(500L * seconds(command, parsed));
        Optional<Path> library = config.nvml().library();
        List<SensorSurvey> undisturbed = survey(new NvmlProvider(library), half);
        List<PowerSource> sources = open(NvmlProvider.unsparing(library));
        try {
            List<SensorSurvey> dense = survey(sources, half);
            PrintWriter out = command.commandLine().getOut();
            for (int i = 0; i < sources.size() && i < undisturbed.size(); i++) {
                NvmlGpuSource gpu = (NvmlGpuSource) sources.get(i);
                out.println(
                        SensorReport.sensors(gpu.info(), SensorSurvey.behaviours(dense.get(i), undisturbed.get(i))));
                out.println(SensorReport.costs(gpu.callCosts()));
            }
            out.flush();
            if (parsed.hasMatchedOption("--trace")) {
                write(parsed.matchedOptionValue("--trace", Path.of("")), dense);
            }
            return 0;
        } finally {
            sources.forEach(PowerSource::close);
        }
    }

    private static List<SensorSurvey> survey(NvmlProvider provider, Duration duration)
            throws CalibrationException, InterruptedException {
        List<PowerSource> sources = open(provider);
        try {
            return survey(sources, duration);
        } finally {
            sources.forEach(PowerSource::close);
        }
    }

    private static int seconds(CommandSpec command, ParseResult parsed) {
        String text = parsed.matchedOptionValue("--survey-seconds", String.valueOf(STANDARD_SECONDS));
        if (text.matches("[0-9]{1,4}")) {
            int seconds = Integer.parseInt(text);
            if (seconds >= MIN_SECONDS && seconds <= MAX_SECONDS) {
                return seconds;
            }
        }
        throw LedgerOptions.wrong(
                command,
                "--survey-seconds: \"" + text + "\" is not a whole number from " + MIN_SECONDS + " to " + MAX_SECONDS);
    }

    private static List<PowerSource> open(NvmlProvider provider) throws CalibrationException {
        try {
            return provider.open();
        } catch (SourceUnavailableException e) {
            throw new CalibrationException(e.getMessage() + (e.fix().isEmpty() ? "" : "; " + e.fix()), e);
        }
    }

    /** All GPUs at once, each by a thread of its own, so that all see the same load. */
    private static List<SensorSurvey> survey(List<PowerSource> sources, Duration duration) throws InterruptedException {
        List<SensorSurvey> surveys = sources.stream().map(SensorSurvey::new).toList();
        List<Thread> threads = new ArrayList<>();
        for (SensorSurvey survey : surveys) {
            Thread thread = new Thread(() -> run(survey, duration), "survey");
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return surveys;
    }

    private static void run(SensorSurvey survey, Duration duration) {
        try {
            survey.run(duration);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void write(Path file, List<SensorSurvey> surveys) throws IOException {
        try (BufferedWriter csv = Files.newBufferedWriter(file)) {
            csv.write("monotonic_nanos,device,domain,source,value,unit\n");
            for (SensorSurvey survey : surveys) {
                for (SensorSeries series : survey.series()) {
                    write(csv, series);
                }
            }
        }
    }

    private static void write(BufferedWriter csv, SensorSeries series) throws IOException {
        var channel = series.channel();
        String unit = switch (channel.quantity()) {
            case ENERGY -> "counts of " + channel.microjoulesPerCount() + " uJ";
            case POWER -> "mW";
        };
        for (int i = 0; i < series.size(); i++) {
            csv.write(String.format(
                    Locale.ROOT,
                    "%d,%s,%s,%s,%d,%s%n",
                    series.timeNanos(i),
                    channel.device(),
                    channel.domain(),
                    channel.sensor(),
                    series.value(i),
                    unit));
        }
    }
}
