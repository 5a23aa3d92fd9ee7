package io.joulegram.tokens;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.joulegram.tokens.Exposition.Sample;
import io.joulegram.tokens.ScrapeException.Reason;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExpositionParserTest {
    private static final ScrapeLimits LIMITS = new ScrapeLimits(Duration.ofSeconds(1), 4096, 200, 3, 20, 4);

    private static Exposition parse(String body) throws ScrapeException {
        return parse(body.getBytes(UTF_8), false);
    }

    private static Exposition parse(byte[] body, boolean endMarkNeeded) throws ScrapeException {
        ExpositionParser parser = new ExpositionParser(Set.of("a", "a_total", "a_sum", "b:c"), LIMITS, endMarkNeeded);
        parser.accept(body, 0, body.length);
        return parser.finish();
    }

    private static Sample only(Exposition exposition, String metric) {
        assertThat(exposition.samplesOf(metric)).hasSize(1);
        return exposition.samplesOf(metric).get(0);
    }

    @Test
    void keepsLabelSetsApart() throws ScrapeException {
        Exposition exposition = parse("# TYPE a counter\na{x=\"1\"} 3\na{x=\"2\",y=\"\"} 4\na 5\n");

        assertThat(exposition.samplesOf("a"))
                .containsExactly(
                        new Sample(new SeriesId("a", Map.of("x", "1")), 3, 2),
                        new Sample(new SeriesId("a", Map.of("x", "2", "y", "")), 4, 3),
                        new Sample(new SeriesId("a", Map.of()), 5, 4));
        assertThat(exposition.typeOf("a")).isEqualTo(MetricType.COUNTER);
    }

    @Test
    void readsEscapesAndOddCharactersInLabels() throws ScrapeException {
        Sample sample = only(parse("a{x=\"q\\\"b\\\\n\\n\",y=\"},{ #\\d é\"} 1\n"), "a");

        assertThat(sample.id().labels()).isEqualTo(Map.of("x", "q\"b\\n\n", "y", "},{ #\\d é"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a{x=\"1\",} 7",
                "a{ x = \"1\" , } 7",
                "a{x=\"1\"}7",
                "a{x=\"1\"} 7 1520879607789",
                "a{x=\"1\"}\t7\t-1.5  ",
                "a{x=\"1\"} 7 # {trace_id=\"a b\"} 0.67 1520879608.1",
                "a{x=\"1\"} 7 1.5 # {} 1",
                "  a  {x=\"1\"} 7",
                "a{x=\"1\"} 7\r",
                "a{x=\"1\"} 7.0",
                "a{x=\"1\"} 0.7e+001",
                "a{x=\"1\"} +7"
            })
    void readsEveryWayToWriteASample(String line) throws ScrapeException {
        Sample sample = only(parse(line + "\n"), "a");

        assertThat(sample.id()).isEqualTo(new SeriesId("a", Map.of("x", "1")));
        assertThat(sample.value()).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({"NaN,NaN", "nan,NaN", "+Inf,Infinity", "Inf,Infinity", "-Inf,-Infinity", "1.234567e+06,1234567"})
    void readsSpecialValues(String text, double value) throws ScrapeException {
        assertThat(only(parse("a " + text + "\n"), "a").value()).isEqualTo(Double.valueOf(value));
    }

    @Test
    void takesTypesFromTypeLinesAndNeverFromNames() throws ScrapeException {
        Exposition exposition = parse("# TYPE a_total histogram\na_total 1\n# TYPE b:c counter\nb:c 2\na_sum 3\n");

        assertThat(exposition.typeOf("a_total")).isEqualTo(MetricType.HISTOGRAM);
        assertThat(exposition.typeOf("b:c")).isEqualTo(MetricType.COUNTER);
        assertThat(exposition.typeOf("a_sum")).isEqualTo(MetricType.UNKNOWN);
    }

    @Test
    void findsTheFamilyOfAnOpenMetricsCounterAndOfAHistogramSum() throws ScrapeException {
        Exposition counter = parse("# TYPE a counter\na_total 1\na_created 5\n# EOF\n".getBytes(UTF_8), true);
        Exposition histogram = parse("# TYPE a histogram\na_sum 1\n");
        Exposition gauge = parse("# TYPE a gauge\na_total 1\n");

        assertThat(counter.typeOf("a_total")).isEqualTo(MetricType.COUNTER);
        assertThat(histogram.typeOf("a_sum")).isEqualTo(MetricType.HISTOGRAM);
        assertThat(histogram.tells("a_total")).isFalse();
        assertThat(gauge.typeOf("a_total")).isEqualTo(MetricType.UNKNOWN);
    }

    @Test
    void tellsOfAMetricThatIsDeclaredButHasNoSeriesYet() throws ScrapeException {
        Exposition exposition = parse("# HELP a_total text\r\n# TYPE a_total counter\r\n");

        assertThat(exposition.tells("a_total")).isTrue();
        assertThat(exposition.samplesOf("a_total")).isEmpty();
    }

    @Test
    void looksAtOtherMetricsOnlyAsFarAsTheirNames() throws ScrapeException {
        assertThat(parse("other{x=} nonsense\n# TYPE other nonsense\n").samples())
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a{x=1} 1 | the value of label x is in double quotes",
                "a{x=\"1} 1 | the value of label x ends with a double quote",
                "a{x=\"1\\\" | the value of label x ends with a double quote",
                "a{x\"1\"} 1 | '=' follows the name of label x",
                "a{x=\"1\"y=\"2\"} 1 | ',' or '}' follows the value of label x",
                "a{x=\"1\",x=\"2\"} 1 | label x appears twice",
                "a{,} 1 | a label begins with a name",
                "a{ | a label begins with a name",
                "a | '{' or a blank follows the name of a metric",
                "a{} | a value is a decimal number, NaN, +Inf or -Inf",
                "a 1f | a value is a decimal number, NaN, +Inf or -Inf",
                "a 0x1p3 | a value is a decimal number, NaN, +Inf or -Inf",
                "a 1 later | a timestamp is a decimal number",
                "a 1 2 3 | after the value there is at most a timestamp",
                "a-b 1 | '{' or a blank follows the name of a metric",
                "<html> | this looks like HTML",
                "{\"a\": 1} | this looks like JSON",
                "# TYPE a meter | the type of a is one of counter, gauge"
            })
    void namesTheLineTheTextAndWhatIsAllowed(String line, String allowed) {
        assertThatThrownBy(() -> parse("# first\n" + line + "\n"))
                .isInstanceOfSatisfying(
                        ScrapeException.class, e -> assertThat(e.reason()).isEqualTo(Reason.MALFORMED))
                .hasMessageStartingWith("line 2: \"" + line + "\": ")
                .hasMessageContaining(allowed);
    }

    @Test
    void refusesASeriesThatAppearsTwiceWhateverTheOrderOfItsLabels() {
        assertThatThrownBy(() -> parse("a{x=\"1\",y=\"2\"} 1\na{y=\"2\",x=\"1\"} 2\n"))
                .hasMessageContaining("series a{x=\"1\",y=\"2\"} appears twice");
    }

    @Test
    void aMessageNeverHoldsControlCharactersOrMoreThanAnExcerpt() {
        String series = "a{x=\"\\n" + "y".repeat(15) + "\",y=\"" + "z".repeat(20) + "\"} 1\n";

        assertThatThrownBy(() -> parse("# TYPE bad\u0007name counter\n" + series + series))
                .hasMessageContaining("series a{x=\"\\n")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n").hasSizeLessThan(400));
    }

    @Test
    void refusesTwoTypesForOneFamily() {
        assertThatThrownBy(() -> parse("# TYPE a counter\n# TYPE a gauge\n"))
                .hasMessageContaining("was declared before as COUNTER");
    }

    @Test
    void refusesLabelsThatAreNotUtf8AndShowsThemWithoutControlCharacters() {
        byte[] body = "a{x=\"\u00ff\"} 1\n".getBytes(ISO_8859_1);

        assertThatThrownBy(() -> parse(body, false)).hasMessage("line 1: \"a{x=\"\\xff\"} 1\": label values are UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a 12", "# TYPE a counter\na 1\n# EO"})
    void refusesABodyThatWasCutOff(String body) {
        assertThatThrownBy(() -> parse(body)).hasMessageContaining("this reply was cut off");
    }

    @Test
    void tellsAOneLineDocumentFromMetricsThatWereCutOff() {
        assertThatThrownBy(() -> parse("[{\"iter\": 2}]")).hasMessageContaining("this looks like JSON");
    }

    @Test
    void refusesOpenMetricsWithoutItsEnd() {
        assertThatThrownBy(() -> parse("a 12\n".getBytes(UTF_8), true)).hasMessageContaining("ends with # EOF");
        assertThatThrownBy(() -> parse("a 12\n# EOF\na 13\n".getBytes(UTF_8), true))
                .hasMessageContaining("nothing follows # EOF");
    }

    @Test
    void boundsLinesSeriesAndLabelValues() {
        assertTooLarge("x" + "y".repeat(200) + "\n", "longer than the 200 bytes");
        assertTooLarge("a{x=\"" + "y".repeat(21) + "\"} 1\n", "has 21 bytes, at most 20");
        assertTooLarge("a 1\na_total 1\na_sum 1\nb:c 1\n", "more than the 3 series");
    }

    private static void assertTooLarge(String body, String message) {
        assertThatThrownBy(() -> parse(body))
                .isInstanceOfSatisfying(
                        ScrapeException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TOO_LARGE))
                .hasMessageContaining(message);
    }
}
