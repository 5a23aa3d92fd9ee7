package io.joulegram.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class LinksTest {
    /** Of {@code [text](target#anchor)}, the target and the anchor. */
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]*)(?:#([^)\\s]*))?\\)");

    private static final Pattern OUTSIDE = Pattern.compile("^(https?|mailto):.*");

    @Test
    void everyRelativeLinkLeadsSomewhere() throws IOException {
        List<String> broken = new ArrayList<>();
        int followed = 0;
        for (Path page : Pages.all()) {
            for (MatchResult link : links(page)) {
                Path target = link.group(1).isEmpty()
                        ? page
                        : page.resolveSibling(link.group(1)).normalize();
                followed++;
                if (!Files.exists(target)) {
                    broken.add(page + ": " + link.group() + ": no such file");
                } else if (link.group(2) != null
                        && target.toString().endsWith(".md")
                        && !Pages.anchors(target).contains(link.group(2))) {
                    broken.add(page + ": " + link.group() + ": of the headings " + Pages.anchors(target));
                }
            }
        }
        assertThat(broken).isEmpty();
        assertThat(followed).isGreaterThan(100);
    }

    @Test
    void theIndexNamesEveryPage() throws IOException {
        Path index = Pages.ROOT.resolve("docs/README.md");
        Set<Path> named = new TreeSet<>();
        for (MatchResult link : links(index)) {
            named.add(index.resolveSibling(link.group(1)).normalize());
        }
        try (Stream<Path> pages = Files.list(Pages.ROOT.resolve("docs"))) {
            assertThat(named)
                    .containsAll(pages.filter(page -> page.toString().matches(".*\\.(md|yaml)"))
                            .filter(page -> !page.equals(index))
                            .toList())
                    .contains(Pages.ROOT.resolve("README.md"), Pages.ROOT.resolve("docs/runbooks/README.md"));
        }
    }

    private static List<MatchResult> links(Path page) throws IOException {
        return LINK.matcher(Pages.prose(page))
                .results()
                .filter(link -> !OUTSIDE.matcher(link.group(1)).matches())
                .toList();
    }
}
