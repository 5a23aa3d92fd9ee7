package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The commands and options that the manual shows are those of the packaged program. */
class ManualCommandsIT {
    private static final Path ROOT = Path.of("..");
    /** A command line of an example or within a sentence, up to what follows it in the shell. */
    private static final Pattern COMMAND =
            Pattern.compile("(?m)(?:^(?:\\$ | {4})?|`)(?:\\./)?joulegram ([a-z][^`\\n|>;&#]*)");

    private static final Pattern QUOTED = Pattern.compile("\"[^\"]*\"|'[^']*'");
    private static final Pattern OPTION = Pattern.compile("(?<=\\s)--[a-z][a-z.-]*");

    @Test
    void everyCommandAndOptionIsThere() throws Exception {
        Map<String, Set<String>> shown = new TreeMap<>();
        for (Path page : pages()) {
            String text = Files.readString(page).replaceAll("\\\\\\n *", " ");
            COMMAND.matcher(text).results().map(match -> match.group(1)).forEach(line -> note(line, shown));
        }
        assertThat(shown).containsKeys("run", "demo", "doctor", "top", "report", "whatif", "config check");
        for (Map.Entry<String, Set<String>> command : shown.entrySet()) {
            String help = help(command.getKey());
            assertThat(help).as(command.getKey()).startsWith("Usage: joulegram " + command.getKey() + " ");
            Set<String> options = new TreeSet<>();
            OPTION.matcher(help.replace('[', ' ').replace(',', ' '))
                    .results()
                    .forEach(match -> options.add(match.group()));
            assertThat(options).as(command.getKey()).containsAll(command.getValue());
        }
    }

    private static void note(String line, Map<String, Set<String>> shown) {
        // What comes after a lone -- is another program's.
        String own = QUOTED.matcher(line).replaceAll("TEXT").split(" -- ", 2)[0];
        String command =
                own.startsWith("config ") ? "config check" : own.strip().split("\\s+", 2)[0];
        Set<String> options = shown.computeIfAbsent(command, key -> new TreeSet<>());
        OPTION.matcher(own).results().forEach(match -> options.add(match.group()));
    }

    private static List<Path> pages() throws IOException {
        try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"))) {
            return Stream.concat(
                            Stream.of(ROOT.resolve("README.md"), ROOT.resolve("dashboards/README.md")),
                            docs.filter(page -> page.toString().endsWith(".md"))
                                    .filter(page -> !page.toString().contains("/target/")))
                    .toList();
        }
    }

    private static String help(String command) throws Exception {
        String[] words = (command + " --help").split(" ", -1);
        try (AgentProcess process = AgentCommand.of(words).start()) {
            assertThat(process.awaitExit()).as(command).isZero();
            return process.log();
        }
    }
}
