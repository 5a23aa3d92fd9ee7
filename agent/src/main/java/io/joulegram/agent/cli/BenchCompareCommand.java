package io.joulegram.agent.cli;

import io.joulegram.agent.bench.BenchComparison;
import io.joulegram.agent.bench.BenchDocument;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** {@code joulegram bench compare}: results side by side. */
final class BenchCompareCommand implements Callable<Integer> {
    private static final int FEWEST = 2;
    private static final int MOST = 10;

    private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this).name("compare");

    private BenchCompareCommand() {
        spec.addPositional(PositionalParamSpec.builder()
                .paramLabel("FILE")
                .index("0..*")
                .arity(FEWEST + ".." + MOST)
                .type(List.class)
                .auxiliaryTypes(Path.class)
                .description("Results of joulegram bench; the first is what the others are compared with.")
                .build());
        spec.usageMessage()
                .description("Shows results side by side, and which differences are larger than their uncertainty.");
    }

    static CommandLine create() {
        return new CommandLine(new BenchCompareCommand().spec);
    }

    @Override
    public Integer call() {
        List<Path> files = spec.commandLine().getParseResult().matchedPositionalValue(0, List.of());
        if (files.size() < FEWEST || files.size() > MOST) {
            throw LedgerOptions.wrong(
                    spec, "FILE: compare takes " + FEWEST + " to " + MOST + " results, not " + files.size());
        }
        try {
            BenchComparison comparison = new BenchComparison();
            for (Path file : files) {
                comparison.add(file.toString(), BenchDocument.read(file));
            }
            spec.commandLine().getOut().print(comparison.text());
            spec.commandLine().getOut().flush();
            return 0;
        } catch (IllegalArgumentException e) {
            throw LedgerOptions.wrong(spec, String.valueOf(e.getMessage()));
        }
    }
}
