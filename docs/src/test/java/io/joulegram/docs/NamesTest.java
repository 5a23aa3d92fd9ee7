package io.joulegram.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What pages name of the code is there. */
class NamesTest {
    private static final Pattern CODE = Pattern.compile("`([^`]+)`");
    /** A class, or one of its methods, constants or classes. */
    private static final Pattern CLASS = Pattern.compile("([A-Z][a-z0-9]\\w*)(?:\\.(\\w+))?");

    private static final Pattern TEST = Pattern.compile("[A-Z]\\w+(Test|IT|Benchmark)");
    private static final Pattern FILE = Pattern.compile("[\\w.-]+(/[\\w.-]+)+|[A-Z]+(\\.md)?");

    private static Map<String, List<Path>> sources = Map.of();

    @BeforeAll
    static void listSources() throws IOException {
        try (Stream<Path> files = Files.walk(Pages.ROOT)) {
            sources = files.filter(file -> file.toString().endsWith(".java"))
                    .collect(Collectors.groupingBy(
                            file -> file.getFileName().toString().replace(".java", "")));
        }
    }

    @Test
    void howToExtendNamesWhatThereIs() throws IOException {
        Path page = Pages.ROOT.resolve("docs/extending.md");
        List<String> missing = new ArrayList<>();
        int found = 0;
        for (MatchResult code : CODE.matcher(Pages.prose(page)).results().toList()) {
            String name = code.group(1);
            if (CLASS.matcher(name).matches() ? !isThere(name) : isFile(name) && !exists(name)) {
                missing.add(name);
            } else if (CLASS.matcher(name).matches() || isFile(name)) {
                found++;
            }
        }
        assertThat(missing).isEmpty();
        assertThat(found).isGreaterThan(60);
    }

    @Test
    void everyTestThatAPageNamesIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        int found = 0;
        for (Path page : Pages.all()) {
            for (MatchResult code : CODE.matcher(Pages.prose(page)).results().toList()) {
                if (TEST.matcher(code.group(1)).matches()) {
                    found++;
                    if (!sources.containsKey(code.group(1))) {
                        missing.add(page + ": " + code.group(1));
                    }
                }
            }
        }
        assertThat(missing).isEmpty();
        assertThat(found).isGreaterThan(20);
    }

    private static boolean isThere(String name) throws IOException {
        String[] parts = name.split("\\.", 2);
        for (Path source : sources.getOrDefault(parts[0], List.of())) {
            if (parts.length == 1 || Files.readString(source).matches("(?s).*\\b" + parts[1] + "\\b.*")) {
                return true;
            }
        }
        return false;
    }

    private static boolean isFile(String name) {
        return FILE.matcher(name).matches();
    }

    private static boolean exists(String name) {
        return Files.exists(Pages.ROOT.resolve(name));
    }
}
