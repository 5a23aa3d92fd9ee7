package io.joulegram.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** Programs of Prometheus, as Debian or the project itself names them. */
final class Programs {
    private Programs() {}

    static Path prometheus() {
        return find("prometheus");
    }

    static Path promtool() {
        return find("promtool");
    }

    static Path amtool() {
        return find("amtool");
    }

    static Path alertmanager() {
        return find("prometheus-alertmanager", "alertmanager");
    }

    /**
     * The first of these that is on the path. Where none is, the running test is skipped, or fails if the environment has
     * {@code JOULEGRAM_REQUIRE_PROMETHEUS=true}.
     */
    private static Path find(String... names) {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        Optional<Path> found = Arrays.stream(names)
                .flatMap(name -> Stream.of(path.split(File.pathSeparator, -1))
                        .map(directory -> Path.of(directory).resolve(name)))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            String reason = "no " + names[0] + " on PATH, which this test needs";
            if ("true".equals(System.getenv("JOULEGRAM_REQUIRE_PROMETHEUS"))) {
                throw new AssertionError(reason);
            }
            Assumptions.abort(reason);
        }
        return found.orElseThrow();
    }

    /** Runs a program that checks something and is content. */
    static void run(Path program, String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
    }
}
