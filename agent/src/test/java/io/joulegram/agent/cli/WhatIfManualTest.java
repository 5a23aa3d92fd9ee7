package io.joulegram.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.config.ConfigLoader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every command of docs/whatif.md prints what stands there. */
class WhatIfManualTest {
    private static final Path MANUAL = Path.of("../docs/whatif.md");
    private static final Pattern EXAMPLE =
            Pattern.compile("```console\n\\$ joulegram ((?:[^\n]*\\\\\n)*[^\n]*)\n(.*?)```", Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("\"([^\"]*)\"|(\\S+)");

    private record Example(String command, String output) {
        @Override
        public String toString() {
            return command.lines().findFirst().orElse("");
        }
    }

    static Stream<Example> examples() throws IOException {
        Matcher matcher = EXAMPLE.matcher(Files.readString(MANUAL));
        List<Example> examples = new ArrayList<>();
        while (matcher.find()) {
            examples.add(new Example(matcher.group(1), matcher.group(2)));
        }
        return examples.stream();
    }

    @Test
    void thereAreExamplesOfEveryFigure() throws IOException {
        assertThat(examples()).hasSizeGreaterThanOrEqualTo(9);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void printsWhatTheManualSays(Example example) {
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(example.command().replace("\\\n", " "));
        while (matcher.find()) {
            String word = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
            words.add(word.replaceFirst("^docs/", "../docs/"));
        }
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = new Cli(new PrintWriter(out, true), new PrintWriter(err, true))
                .add(WhatIfCommand.create(new ConfigLoader(Map.of()), InstantSource.fixed(Instant.EPOCH)))
                .execute(words.toArray(String[]::new));
        assertThat(code).as(err.toString()).isZero();
        assertThat(out.toString()).isEqualTo(example.output());
    }
}
