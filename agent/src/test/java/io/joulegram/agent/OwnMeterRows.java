package io.joulegram.agent;

import static java.util.stream.Collectors.toCollection;
import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.export.Exposition;
import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The rows of {@code docs/metrics.md} of the agent's own meters, which the catalogue of measured series does not have. */
public final class OwnMeterRows {
    private static final Path PAGE = Path.of(System.getProperty("basedir", ".")).resolve("../docs/metrics.md");

    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(joulegram_\\w+)` \\| (\\w+) \\| ([^|]*) \\| [^|]+ \\| ([^|]+)\\. \\|$");
    private static final Pattern LABEL = Pattern.compile("`(\\w+)`");

    private OwnMeterRows() {}

    /**
     * Fails unless the manual has a row of each of them, and no other, with its type, its labels and its very meaning; of a
     * maximum Micrometer says what it says of the times that it is of, so the meaning of that is the manual's own.
     */
    public static void assertAre(Exposition exposition, String prefix) throws IOException {
        List<String> told = ROW.matcher(Files.readString(PAGE))
                .results()
                .filter(row -> row.group(1).startsWith(prefix))
                .map(row -> row(
                        row.group(1),
                        row.group(2),
                        LABEL.matcher(row.group(3)).results().map(label -> label.group(1)),
                        row.group(4).replace("`", "")))
                .toList();
        assertThat(told)
                .isNotEmpty()
                .containsExactlyInAnyOrderElementsOf(exposition.read().own().stream()
                        .filter(family -> family.name.startsWith(prefix))
                        .map(OwnMeterRows::row)
                        .toList());
    }

    private static String row(MetricFamilySamples family) {
        return row(
                family.type == Collector.Type.COUNTER ? family.name + "_total" : family.name,
                family.type.name().toLowerCase(Locale.ROOT),
                family.samples.stream().flatMap(sample -> sample.labelNames.stream()),
                family.help.replaceFirst("\\.$", ""));
    }

    private static String row(String name, String type, Stream<String> labels, String meaning) {
        String signature = name + " (" + type + ") " + labels.collect(toCollection(TreeSet::new));
        return name.endsWith("_max") ? signature : signature + ": " + meaning;
    }
}
