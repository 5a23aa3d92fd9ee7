package io.joulegram.tokens;

import io.joulegram.tokens.Exposition.Sample;
import io.joulegram.tokens.ScrapeException.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Reads an exposition of metrics, text 0.0.4 or OpenMetrics 1.0, as its bytes come in, and keeps the samples that were
 * asked for. What they are is told by TYPE lines alone: vLLM has a histogram that ends in {@code _total}, Triton has
 * counters that do not. Lines of other metrics are only looked at as far as their names.
 *
 * <p>Reference: the "Exposition formats" page of the Prometheus documentation; OpenMetrics 1.0 section 4 and 5.
 */
final class ExpositionParser implements BodySink<Exposition> {
    private static final int FAMILIES_TO_NAME = 5;
    private static final int FAMILY_NAME_LENGTH = 80;

    private final Set<String> wanted;
    private final Set<String> wantedFamilies;
    private final ScrapeLimits limits;
    private final boolean endMarkNeeded;

    private final Map<String, List<Sample>> samples = new HashMap<>();
    private final Map<String, MetricType> types = new HashMap<>();
    private final Set<SeriesId> seen = new HashSet<>();
    private final List<String> someFamilies = new ArrayList<>();

    private byte[] line = new byte[512];
    private int lineLength;
    private int lineNumber;
    private boolean endMarkSeen;

    /**
     * @param wanted names of samples to keep
     * @param endMarkNeeded whether the body must end with {@code # EOF}, as OpenMetrics does
     */
    ExpositionParser(Set<String> wanted, ScrapeLimits limits, boolean endMarkNeeded) {
        this.wanted = wanted;
        this.wantedFamilies = new HashSet<>(wanted);
        for (String metric : wanted) {
            for (String suffix : List.of("_total", "_sum", "_count")) {
                if (metric.endsWith(suffix)) {
                    wantedFamilies.add(metric.substring(0, metric.length() - suffix.length()));
                }
            }
        }
        this.limits = limits;
        this.endMarkNeeded = endMarkNeeded;
    }

    @Override
    public void accept(byte[] bytes, int from, int to) throws ScrapeException {
        for (int i = from; i < to; i++) {
            if (bytes[i] == '\n') {
                endLine();
            } else {
                append(bytes[i]);
            }
        }
    }

    private void append(byte b) throws ScrapeException {
        if (lineLength >= limits.maxLineBytes()) {
            throw new ScrapeException(
                    Reason.TOO_LARGE,
                    "line " + (lineNumber + 1) + ": longer than the " + limits.maxLineBytes()
                            + " bytes that are allowed");
        }
        if (lineLength == line.length) {
            line = Arrays.copyOf(line, 2 * line.length);
        }
        line[lineLength++] = b;
    }

    private void endLine() throws ScrapeException {
        lineNumber++;
        int end = lineLength > 0 && line[lineLength - 1] == '\r' ? lineLength - 1 : lineLength;
        lineLength = 0;
        LineCursor cursor = new LineCursor(line, end, lineNumber);
        cursor.skipBlanks();
        if (cursor.atEnd()) {
            return;
        }
        if (endMarkSeen) {
            throw cursor.malformed("nothing follows # EOF");
        }
        if (cursor.skip('#')) {
            comment(cursor);
        } else {
            sample(cursor);
        }
    }

    private void comment(LineCursor cursor) throws ScrapeException {
        cursor.skipBlanks();
        String keyword = cursor.word();
        cursor.skipBlanks();
        if (keyword.equals("EOF") && cursor.atEnd()) {
            endMarkSeen = true;
        } else if (keyword.equals("TYPE")) {
            type(cursor);
        }
    }

    private void type(LineCursor cursor) throws ScrapeException {
        String family = cursor.name(true);
        if (someFamilies.size() < FAMILIES_TO_NAME && family.length() <= FAMILY_NAME_LENGTH) {
            someFamilies.add(family);
        }
        if (!wantedFamilies.contains(family)) {
            return;
        }
        cursor.skipBlanks();
        MetricType type = MetricType.of(cursor.word())
                .orElseThrow(() -> cursor.malformed("the type of " + family
                        + " is one of counter, gauge, histogram, summary, untyped, unknown, info, stateset,"
                        + " gaugehistogram"));
        MetricType before = types.put(family, type);
        if (before != null && before != type) {
            throw cursor.malformed("the type of " + family + " was declared before as " + before);
        }
    }

    private void sample(LineCursor cursor) throws ScrapeException {
        boolean html = cursor.isAt('<');
        boolean json = cursor.isAt('{') || cursor.isAt('[');
        String metric = cursor.name(true);
        if (metric.isEmpty()) {
            String looksLike = html ? "this looks like HTML: " : json ? "this looks like JSON: " : "";
            throw cursor.malformed(
                    looksLike + "a line begins with '#' or with the name of a metric ([a-zA-Z_:][a-zA-Z0-9_:]*)");
        }
        if (!cursor.isAt('{') && !cursor.isAtBlank()) {
            throw cursor.malformed("'{' or a blank follows the name of a metric");
        }
        if (wanted.contains(metric)) {
            keep(metric, cursor);
        }
    }

    private void keep(String metric, LineCursor cursor) throws ScrapeException {
        cursor.skipBlanks();
        Map<String, String> labels = cursor.isAt('{') ? cursor.labels(limits.maxLabelValueBytes()) : Map.of();
        cursor.skipBlanks();
        double value = cursor.number("value");
        cursor.skipBlanks();
        if (!cursor.atEnd() && !cursor.isAt('#')) {
            cursor.number("timestamp");
            cursor.skipBlanks();
        }
        if (!cursor.atEnd() && !cursor.isAt('#')) {
            throw cursor.malformed("after the value there is at most a timestamp and, after '#', an exemplar");
        }
        SeriesId id = new SeriesId(metric, labels);
        if (!seen.add(id)) {
            throw cursor.malformed("series " + id + " appears twice");
        }
        if (seen.size() > limits.maxSeries()) {
            throw new ScrapeException(
                    Reason.TOO_LARGE,
                    "line " + lineNumber + ": more than the " + limits.maxSeries() + " series of tokens and requests"
                            + " that are allowed");
        }
        samples.computeIfAbsent(metric, name -> new ArrayList<>()).add(new Sample(id, value, cursor.lineNumber()));
    }

    @Override
    public Exposition finish() throws ScrapeException {
        if (lineLength > 0) {
            LineCursor cutOff = new LineCursor(line, lineLength, lineNumber + 1);
            if (lineNumber == 0) {
                // More likely a document of another kind than metrics: say so if it is.
                endLine();
            }
            throw cutOff.malformed("the last line ends with a line feed; this reply was cut off");
        }
        if (endMarkNeeded && !endMarkSeen) {
            throw new ScrapeException(
                    Reason.MALFORMED, "line " + lineNumber + ": OpenMetrics ends with # EOF; this reply was cut off");
        }
        return new Exposition(samples, types, someFamilies);
    }
}
