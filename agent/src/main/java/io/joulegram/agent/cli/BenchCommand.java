package io.joulegram.agent.cli;

import io.joulegram.agent.bench.Bench;
import io.joulegram.agent.bench.BenchDocument;
import io.joulegram.agent.bench.BenchException;
import io.joulegram.agent.bench.BenchPage;
import io.joulegram.agent.bench.BenchPlan;
import io.joulegram.agent.bench.BenchResult;
import io.joulegram.agent.bench.BenchText;
import io.joulegram.agent.report.Table;
import io.joulegram.agent.top.Terminal;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** {@code joulegram bench}: a sweep of load over an inference server, and what each point costs. */
final class BenchCommand implements Callable<Integer> {
    private static final int FAILED = 1;
    private static final int INTERRUPTED = 130;
    private static final long SECONDS_TO_WRITE = 5;
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
                .addOption(LedgerOptions.file(HTML, "Takes the result as a page with plots, at the end."));
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
        BenchPlan plan;
        try {
            plan = options.read(parsed, file);
        } catch (IllegalArgumentException | IOException e) {
            throw LedgerOptions.wrong(spec, String.valueOf(e.getMessage()));
        }
        // Before the sweep, not after.
        OutputFile.requireWritable(spec, OUTPUT, file);
        OutputFile.requireWritable(spec, OUTPUT, BenchDocument.part(file));
        OutputFile.requireWritable(spec, parsed, HTML);
        // Ctrl-C ends the sweep as it stands, and the process only when what was measured is written.
        ShutdownHook hook = new ShutdownHook(
                "bench-end", Bench.TO_END.toSeconds() + SECONDS_TO_WRITE, Thread.currentThread()::interrupt);
        try (hook) {
            return run(plan, file, parsed.matchedOptionValue(HTML, (Path) null));
        }
    }

    private int run(BenchPlan plan, Path file, @Nullable Path page) {
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        BenchTerminal terminal =
                new BenchTerminal(err, new Terminal(err, environment).isTerminal(), plan.points(), file);
        try {
            BenchResult result = new Bench(plan, terminal, clock).run();
            terminal.end();
            // What ended the sweep must not end the writing.
            var unused = Thread.interrupted();
            out.print(BenchText.of(result));
            out.flush();
            boolean written = write(result, file, page);
            boolean interrupted = result.ended().filter("interrupted"::equals).isPresent();
            return interrupted ? INTERRUPTED : result.ended().isPresent() || !written ? FAILED : 0;
        } catch (BenchException e) {
            terminal.end();
            // A message may have what a server has said.
            err.println(Table.printable("joulegram: " + e.getMessage()));
            return FAILED;
        }
    }

    /** Writes what was asked for, all that can be; says whether it was all. */
    private boolean write(BenchResult result, Path file, @Nullable Path page) {
        PrintWriter err = spec.commandLine().getErr();
        boolean all = true;
        try {
            BenchDocument.write(result, file);
            spec.commandLine().getOut().println("written to " + file);
            spec.commandLine().getOut().flush();
        } catch (IOException e) {
            all = false;
            err.println("joulegram: " + OUTPUT + ": " + file + " could not be written: " + LedgerOptions.reason(e));
        }
        if (page != null) {
            try {
                Files.write(page, BenchPage.of(result).getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                all = false;
                err.println("joulegram: " + HTML + ": " + page + " could not be written: " + LedgerOptions.reason(e));
            }
        }
        return all;
    }
}
