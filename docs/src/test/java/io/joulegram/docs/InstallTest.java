package io.joulegram.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/install.md tells to do fits together with the files that it is done with. */
class InstallTest {
    private static final Pattern MODULES = Pattern.compile("--add-modules ([\\w.,]+)");
    private static final Pattern PUT_IN_PLACE = Pattern.compile("(?m)^install .* (\\S+) (/\\S+)$");

    private static String read(String file) throws IOException {
        return Files.readString(Pages.ROOT.resolve(file));
    }

    private static String modules(String file) throws IOException {
        return MODULES.matcher(read(file))
                .results()
                .map(match -> match.group(1))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void theContainerHasTheModulesOfTheService() throws IOException {
        assertThat(modules("packaging/container/Containerfile")).isEqualTo(modules("docs/install.md"));
    }

    @Test
    void whatIsPutInPlaceIsThereAndIsTakenAwayAgain() throws IOException {
        String page = read("docs/install.md");
        String away = page.substring(page.indexOf("## Uninstalling"));
        List<MatchResult> copies = PUT_IN_PLACE.matcher(page).results().toList();
        assertThat(copies).hasSize(4);
        for (MatchResult copy : copies) {
            if (!copy.group(1).startsWith("agent/target/")) {
                assertThat(Pages.ROOT.resolve(copy.group(1))).exists();
            }
            Path target = Path.of(copy.group(2));
            assertThat(away.lines().filter(line -> line.startsWith("rm -r ")))
                    .as(copy.group())
                    .anyMatch(line -> line.matches(".* (" + target + "|" + target.getParent() + ")( .*|$)"));
        }
    }

    @Test
    void theUnitStartsWhatWasPutInPlace() throws IOException {
        String page = read("docs/install.md");
        String unit = read("packaging/systemd/joulegram.service");
        assertThat(unit.lines().filter(line -> line.startsWith("ExecStart=")))
                .singleElement()
                .asString()
                .contains(
                        "/usr/lib/joulegram/jre/bin/java ",
                        " /usr/lib/joulegram/joulegram.jar ",
                        "/etc/joulegram/joulegram.yaml");
        assertThat(page)
                .contains(
                        " /usr/lib/joulegram/jre\n",
                        " /usr/lib/joulegram/joulegram.jar\n",
                        " /etc/joulegram/joulegram.yaml\n");
    }
}
