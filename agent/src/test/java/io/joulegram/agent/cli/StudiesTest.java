package io.joulegram.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.bench.BenchPlan;
import io.joulegram.agent.bench.Figure;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The studies and the manual of the benchmark are right. */
final class StudiesTest {
    private static final Path DOCS = Path.of("../docs");

    @Test
    void everyStudyCanBeRun() throws Exception {
        List<Path> studies;
        try (Stream<Path> files = Files.walk(DOCS.resolve("studies"))) {
            studies = files.filter(file -> file.toString().endsWith(".yml")).toList();
        }
        assertThat(studies).hasSizeGreaterThan(4);
        String manual = Files.readString(DOCS.resolve("bench.md"));
        for (Path study : studies) {
            CommandSpec spec =
                    CommandSpec.wrapWithoutInspection((Runnable) () -> {}).name("bench");
            BenchOptions options = new BenchOptions(spec);
            options.addTo();
            BenchPlan plan =
                    options.read(new CommandLine(spec).parseArgs("--study", study.toString()), Path.of("bench.json"));
            assertThat(plan.points()).as(study.toString()).isGreaterThan(2);
            assertThat(manual).contains(DOCS.relativize(study).toString());
        }
    }

    @Test
    void theManualHasEveryOption() throws Exception {
        String manual = Files.readString(DOCS.resolve("bench.md"));
        assertThat(BenchSettings.MEANINGS.keySet())
                .allSatisfy(name -> assertThat(manual).contains("`" + name + "`"));
    }

    @Test
    void theManualHasEveryFigure() throws Exception {
        String manual = Files.readString(DOCS.resolve("bench.md"));
        for (Figure figure : Figure.values()) {
            assertThat(manual).contains("`" + figure.key() + "`");
        }
    }
}
