package io.joulegram.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A part of a page of the manual that is made from the code, between two comments that name it. With {@code
 * -Djoulegram.write=true} it is written instead of compared.
 */
public final class MadePart {
    private static final Path DOCS =
            Path.of(System.getProperty("basedir", ".")).resolve("../docs").normalize();

    private MadePart() {}

    /**
     * Fails if the part is not these lines.
     *
     * @param page its file's name under {@code docs}
     * @param name what its comments call it
     */
    public static void assertUpToDate(String page, String name, List<String> lines) throws IOException {
        Path file = DOCS.resolve(page);
        String text = Files.readString(file);
        String begin = "<!-- " + name + ": made from the code, as extending.md tells -->\n";
        String end = "<!-- end of " + name + " -->\n";
        assertThat(text).containsOnlyOnce(begin).containsOnlyOnce(end);
        int from = text.indexOf(begin) + begin.length();
        String made = "\n" + String.join("\n", lines) + "\n\n";
        String wanted = text.substring(0, from) + made + text.substring(text.indexOf(end, from));
        if (Boolean.getBoolean("joulegram.write")) {
            Files.writeString(file, wanted);
        }
        assertThat(Files.readString(file))
                .as("%s differs from the code; docs/extending.md tells how to make it anew", page)
                .isEqualTo(wanted);
    }
}
