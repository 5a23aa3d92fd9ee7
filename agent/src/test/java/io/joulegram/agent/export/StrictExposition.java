package io.joulegram.agent.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A reader of expositions that forgives nothing: every family has help and type, comes once and whole; every series
 * comes once; every value is finite; counters end in {@code _total}; buckets rise up to the count.
 */
public final class StrictExposition {
    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{(.*)})? ([^ ]+)");
    private static final Pattern LABEL =
            Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\\\n]|\\\\[\\\\\"n])*)\"(,|$)");

    private final boolean openMetrics;
    private final Map<String, String> types = new LinkedHashMap<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();
    private final Map<String, List<Double>> buckets = new HashMap<>();
    private String family = "";
    private boolean helped;

    private StrictExposition(boolean openMetrics) {
        this.openMetrics = openMetrics;
    }

    /** Reads text format 0.0.4. */
    public static StrictExposition text(String body) {
        return new StrictExposition(false).read(body);
    }

    /** Reads OpenMetrics 1.0.0. */
    static StrictExposition openMetrics(String body) {
        assertThat(body).endsWith("\n# EOF\n");
        return new StrictExposition(true).read(body.substring(0, body.length() - "# EOF\n".length()));
    }

    /** Types by name of the family, as it stands in the text. */
    public Map<String, String> types() {
        return types;
    }

    /** Values by series: the name, and its labels in a sorted map. */
    public Map<String, Double> samples() {
        return samples;
    }

    /** The value of a series; labels as name, value, name, value. */
    @Nullable
    Double value(String name, String... labels) {
        Map<String, String> map = new TreeMap<>();
        for (int i = 0; i < labels.length; i += 2) {
            map.put(labels[i], labels[i + 1]);
        }
        return samples.get(name + map);
    }

    private StrictExposition read(String body) {
        assertThat(body).endsWith("\n");
        for (String line : body.substring(0, body.length() - 1).split("\n", -1)) {
            if (line.startsWith("# HELP ")) {
                help(line.split(" ", 4));
            } else if (line.startsWith("# TYPE ")) {
                type(line.split(" ", 4));
            } else {
                sample(line);
            }
        }
        checkBuckets();
        return this;
    }

    private void help(String[] words) {
        assertThat(words).as("help").hasSize(4);
        assertThat(words[3]).as("help of " + words[2]).isNotBlank();
        enter(words[2]);
        assertThat(helped).as("second help of " + family).isFalse();
        helped = true;
    }

    private void type(String[] words) {
        enter(words[2]);
        assertThat(words[3]).isIn("gauge", "counter", "histogram", "summary");
        assertThat(types.put(family, words[3])).as("second type of " + family).isNull();
        assertThat(family.endsWith("_total")).isEqualTo(words[3].equals("counter") && !openMetrics);
    }

    private void enter(String name) {
        if (!name.equals(family)) {
            assertThat(types).as("families come in one piece").doesNotContainKey(name);
            family = name;
            helped = false;
        }
    }

    private void sample(String line) {
        Matcher sample = SAMPLE.matcher(line);
        assertThat(sample.matches()).as("not a sample: " + line).isTrue();
        String name = sample.group(1);
        Map<String, String> labels = labels(sample.group(3) == null ? "" : sample.group(3));
        double value = Double.parseDouble(sample.group(4));
        assertThat(helped && types.containsKey(family))
                .as("help and type before " + line)
                .isTrue();
        assertThat(name).as("sample of " + family).isIn(namesOf(family, types.getOrDefault(family, "")));
        assertThat(value).as(line).isFinite();
        assertThat(samples.put(name + labels, value))
                .as("second value of " + name + labels)
                .isNull();
        if (name.endsWith("_bucket")) {
            boolean last = "+Inf".equals(labels.remove("le"));
            List<Double> counts = buckets.computeIfAbsent(family + "_count" + labels, absent -> new ArrayList<>());
            counts.add(value);
            if (last) {
                counts.add(Double.NaN);
            }
        }
    }

    private List<String> namesOf(String name, String type) {
        return switch (type) {
            case "counter" -> List.of(openMetrics ? name + "_total" : name);
            case "summary" -> List.of(name + "_count", name + "_sum");
            case "histogram" -> List.of(name + "_bucket", name + "_count", name + "_sum");
            default -> List.of(name);
        };
    }

    private Map<String, String> labels(String text) {
        Map<String, String> labels = new TreeMap<>();
        Matcher label = LABEL.matcher(text);
        int end = 0;
        while (end < text.length()) {
            assertThat(label.find(end) && label.start() == end)
                    .as("not labels: " + text)
                    .isTrue();
            String value = unescaped(label.group(2));
            assertThat(labels.put(label.group(1), value))
                    .as("label twice in " + text)
                    .isNull();
            end = label.end();
        }
        assertThat(openMetrics && text.endsWith(","))
                .as("comma at the end of " + text)
                .isFalse();
        return labels;
    }

    private static String unescaped(String text) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
                plain.append(text.charAt(i) == 'n' ? '\n' : text.charAt(i));
            } else {
                plain.append(c);
            }
        }
        return plain.toString();
    }

    private void checkBuckets() {
        buckets.forEach((countSeries, counts) -> {
            Double last = counts.remove(counts.size() - 1);
            assertThat(last)
                    .as("the last bucket of " + countSeries + " is +Inf")
                    .isNaN();
            assertThat(counts).as(countSeries).isSorted();
            assertThat(samples.get(countSeries)).as(countSeries).isEqualTo(counts.get(counts.size() - 1));
        });
    }
}
