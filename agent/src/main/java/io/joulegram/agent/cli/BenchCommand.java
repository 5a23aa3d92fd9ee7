package io.joulegram.agent.cli;

import io.joulegram.agent.bench.Bench;
import io.joulegram.agent.bench.BenchDocument;
import io.joulegram.agent.bench.BenchException;
import io.joulegram.agent.bench.BenchPage;
import io.joulegram.agent.bench.BenchPlan;
import io.joulegram.agent.bench.BenchResult;
import io.joulegram.agent.bench.BenchText;
import io.joulegram.agent.top.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code joulegram bench}: a sweep of load over an inference server, and what each point costs. */
final class BenchCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int INTERRUPTED = 130;
    private static final long SECONDS_TO_END = 10;
    private static final String OUTPUT = "--output";
    private static final String HTML = "--html";

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("bench");
    private final BenchOptions options = new BenchOptions(spec);
    private final InstantSource clock;
    private final Map<String, String> environment;

    private BenchCommand(InstantSource clock, Map<String, String> environment) {
        this.environment = environment;
        this.clock = clock;
        options.addTo();
        spec.addOption(LedgerOptions.text(
                        OUTPUT, "FILE", "Takes the result as JSON, after each point (default: bench.json)."))
                .addOption(LedgerOptions.text(HTML, "FILE", "Takes the result as a page with plots, at the end."));
        spec.usageMessage()
                .description(
                        "Puts load on an inference server that speaks OpenAI's API, and tells what each point of a sweep"
                                + " costs in time, energy and carbon. An agent that runs beside the server measures.")
                .footer(
                        "Exits with 0 if all points were measured or met the server's limit, 1 if it ended early, 2 on wrong"
                                + " usage, 130 when it is interrupted. docs/bench.md tells the rules.")
                .abbreviateSynopsis(true)
                .sortOptions(false);
    }

    /** The command. */
    static CommandLine create(InstantSource clock, Map<String, String> environment) {
        CommandLine command = new CommandLine(new BenchCommand(clock, environment).spec);
        command.addSubcommand(BenchCompareCommand.create());
        return command;
    }

    @Override
    public Integer call() {
        ParseResult parsed = spec.commandLine().getParseResult();
        Path file = Path.of(parsed.matchedOptionValue(OUTPUT, "bench.json"));
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        BenchPlan plan;
        try {
            plan = options.read(parsed, file);
        } catch (IllegalArgumentException | IOException e) {
            throw LedgerOptions.wrong(spec, String.valueOf(e.getMessage()));
        }
        BenchTerminal terminal =
                new BenchTerminal(err, new Terminal(err, environment).isTerminal(), plan.points(), file);
        CountDownLatch over = new CountDownLatch(1);
        Thread hook = endingWith(over);
        try {
            BenchResult result = new Bench(plan, terminal, clock).run();
            terminal.end();
            // What ended the sweep must not end the writing.
            var unused = Thread.interrupted();
            BenchDocument.write(result, file);
            if (parsed.hasMatchedOption(HTML)) {
                Path page = Path.of(parsed.matchedOptionValue(HTML, ""));
                Files.write(page, BenchPage.of(result).getBytes(StandardCharsets.UTF_8));
            }
            out.print(BenchText.of(result));
            out.println("written to " + file);
            out.flush();
            boolean interrupted = result.ended().filter("interrupted"::equals).isPresent();
            return interrupted ? INTERRUPTED : result.ended().isPresent() ? FAILED : 0;
        } catch (BenchException | IOException e) {
            terminal.end();
            err.println("joulegram: " + e.getMessage());
            return FAILED;
        } finally {
            over.countDown();
            removeHook(hook);
        }
    }

    /** Ctrl-C ends the sweep as it stands, and the process only when what was measured is written. */
    private static Thread endingWith(CountDownLatch over) {
        Thread bench = Thread.currentThread();
        Thread hook = new Thread(
                () -> {
                    bench.interrupt();
                    try {
                        var unused = over.await(SECONDS_TO_END, TimeUnit.SECONDS);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                "bench-end");
        Runtime.getRuntime().addShutdownHook(hook);
        return hook;
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The process ends already: it is the hook that waits for us.
        }
    }
}
