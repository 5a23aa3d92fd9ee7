package io.joulegram.nvml;

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

/** The system's C compiler. */
public final class CCompiler {
    private final Path command;

    private CCompiler(Path command) {
        this.command = command;
    }

    /**
     * The first of cc, gcc and clang on the path. Where there is none the running test is skipped, or fails if the
     * environment has {@code JOULEGRAM_REQUIRE_COMPILER=true}.
     */
    public static CCompiler find() {
        String path = Optional.ofNullable(System.getenv("PATH")).orElse("");
        Optional<Path> found = Stream.of("cc", "gcc", "clang")
                .flatMap(name -> Arrays.stream(path.split(File.pathSeparator, -1))
                        .map(directory -> Path.of(directory).resolve(name)))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            String reason = "no C compiler (cc, gcc or clang) on PATH, which this test needs";
            if ("true".equals(System.getenv("JOULEGRAM_REQUIRE_COMPILER"))) {
                throw new AssertionError(reason);
            }
            Assumptions.abort(reason);
        }
        return new CCompiler(found.orElseThrow());
    }

    /** Runs the compiler in a directory and waits for it. */
    public void run(Path directory, List<String> arguments) throws IOException {
        List<String> words = new ArrayList<>(List.of(command.toString()));
        words.addAll(arguments);
        runToEnd(directory, words);
    }

    /** Runs any command in a directory and gives what it printed. */
    public static String runToEnd(Path directory, List<String> words) throws IOException {
        Path output = Files.createTempFile(directory, "output", ".txt");
        Process process = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("still running after 60 s: " + String.join(" ", words));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new IOException("interrupted while running " + String.join(" ", words), e);
        }
        String printed = Files.readString(output, StandardCharsets.UTF_8);
        if (process.exitValue() != 0) {
            throw new IOException(String.join(" ", words) + " failed:\n" + printed);
        }
        return printed;
    }
}
