package io.joulegram.dashboards.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.StringReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;

/** Pictures of small dashboards, whose every query a made Prometheus answers in the same way. */
class DashboardPreviewTest {
    /** The end, in seconds since 1970. */
    private static final double TO = 1_000_000;

    private static final double RANGE = 90;

    private final List<String> asked = new ArrayList<>();
    private String result = "[]";
    private HttpServer prometheus;

    @BeforeEach
    void start() throws IOException {
        prometheus = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        prometheus.createContext("/", exchange -> {
            asked.add(URLDecoder.decode(exchange.getRequestURI().getRawQuery(), StandardCharsets.UTF_8));
            byte[] body =
                    ("{\"status\":\"success\",\"data\":{\"result\":" + result + "}}").getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        prometheus.start();
    }

    @AfterEach
    void stop() {
        prometheus.stop(0);
    }

    private String drawn(String panel) throws Exception {
        return drawn(panel, "");
    }

    private String drawn(String panel, String variables) throws Exception {
        return drawn(panel, variables, Map.of());
    }

    private String drawn(String panel, String variables, Map<String, String> wanted) throws Exception {
        JsonNode dashboard = new ObjectMapper().readTree("""
                {"title": "A & B", "panels": [%s], "templating": {"list": [%s]}}""".formatted(panel, variables));
        URI root = URI.create("http://127.0.0.1:" + prometheus.getAddress().getPort() + "/");
        String svg = new DashboardPreview(dashboard, wanted).draw(new Answers(root), TO, RANGE, 10);
        // Whatever is in labels and titles, it is XML.
        DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(svg)));
        return svg;
    }

    private static String panel(String type, String defaults, String more) {
        return """
                {"type": "%s", "title": "Title", "gridPos": {"x": 0, "y": 0, "w": 12, "h": 8},
                 "fieldConfig": {"defaults": {%s}, "overrides": []}, %s
                 "targets": [{"refId": "A", "expr": "up{job=~\\"$job\\"}[$__rate_interval:$__range]",
                              "legendFormat": "{{name}} of {{none}}", "instant": %s}]}""".formatted(type, defaults, more, !type.equals("timeseries"));
    }

    private static String series(String name, String value) {
        return "{\"metric\":{\"__name__\":\"up\",\"name\":\"%s\"},\"value\":[%s,\"%s\"]}".formatted(name, TO, value);
    }

    @Test
    void saysWhatItIsAndFillsInWhatGrafanaWould() throws Exception {
        result = "[" + series("one", "420") + "]";

        String svg = drawn(panel("stat", "\"unit\": \"watt\"", ""));

        assertThat(svg)
                .contains(Svg.escaped(DashboardPreview.LABEL))
                .contains("A &amp; B")
                .contains(">420 W<");
        assertThat(asked).hasSize(1);
        assertThat(asked.get(0)).contains("up{job=~\".*\"}[40s:90s]");
    }

    @Test
    void anIntervalIsAStepOrWhatTheQueryAsksForAtLeast() throws Exception {
        result = "[" + series("one", "420") + "]";
        String stat = panel("stat", "\"unit\": \"watt\"", "").replace("[$__rate_interval:$__range]", "[$__interval]");

        drawn(stat);
        drawn(stat.replace("\"instant\"", "\"interval\": \"1m\", \"instant\""));

        assertThat(asked.get(0)).contains("[1s]");
        assertThat(asked.get(1)).contains("[60s]");
    }

    @Test
    void aVariableThatCannotHaveAllValuesHasTheFirst() throws Exception {
        result = "[{\"metric\":{\"instance\":\"b:1\"},\"value\":[1,\"1\"]},"
                + "{\"metric\":{\"instance\":\"a.c:1\"},\"value\":[1,\"1\"]}]";
        String stat = panel("stat", "\"unit\": \"watt\"", "").replace("$job", "$instance");

        drawn(stat, """
                {"type": "query", "name": "instance", "includeAll": false, "query": {"query": "label_values(up, instance)"}}""");

        assertThat(asked.get(0)).contains("count by (instance) (last_over_time(up[90s]))");
        assertThat(asked.get(1)).contains("up{job=~\"a\\\\.c:1\"}");
    }

    @Test
    void aVariableHasTheValueThatIsWanted() throws Exception {
        result = "[{\"metric\":{\"instance\":\"a:1\"},\"value\":[1,\"1\"]}]";
        String stat = panel("stat", "\"unit\": \"watt\"", "").replace("$job", "$instance");

        drawn(stat, """
                {"type": "query", "name": "instance", "includeAll": false, "query": {"query": "label_values(up, instance)"}}""", Map.of("instance", "b:1"));

        assertThat(asked).singleElement().asString().contains("up{job=~\"b:1\"}");
    }

    @Test
    void aPanelWithoutDataSaysSo() throws Exception {
        assertThat(drawn(panel("stat", "\"unit\": \"watt\"", ""))).contains(">" + DashboardPreview.NO_DATA + "<");
    }

    @Test
    void nothingInALabelIsMarkup() throws Exception {
        result = "[" + series("<script>\\\"&\\u0007", "1") + "," + series("two", "2") + "]";

        String svg = drawn(panel("stat", "\"unit\": \"none\"", ""));

        assertThat(svg).doesNotContain("<script>").contains("&lt;script&gt;&quot;&amp;\uFFFD of");
    }

    @Test
    void aThresholdGivesItsColour() throws Exception {
        String steps = "\"unit\": \"percentunit\", \"max\": 1, \"thresholds\": {\"steps\": ["
                + "{\"color\": \"green\", \"value\": null}, {\"color\": \"red\", \"value\": 0.8}]}";
        result = "[" + series("low", "0.5") + "," + series("high", "0.9") + "]";

        String svg = drawn(panel("bargauge", steps, ""));

        List<Double> bars = numbers(svg, "width=\"([0-9.]+)\" height=\"22\" fill=\"" + Palette.named("green"));
        List<Double> full = numbers(svg, "width=\"([0-9.]+)\" height=\"22\" fill=\"" + Palette.GRID);
        assertThat(bars).hasSize(1);
        assertThat(bars.get(0) / full.get(0)).isBetween(0.499, 0.501);
        assertThat(svg).contains(Palette.named("red")).contains(">90 %<");
    }

    @Test
    void stackedSeriesLieUponOneAnother() throws Exception {
        String values = "[[999910,\"%s\"],[999911,\"%s\"],[1000000,\"%s\"]]";
        result = "[{\"metric\":{\"name\":\"lower\"},\"values\":" + values.formatted(100, 100, 100) + "},"
                + "{\"metric\":{\"name\":\"upper\"},\"values\":" + values.formatted(300, 300, 300) + "}]";

        String svg = drawn(
                panel("timeseries", "\"unit\": \"watt\", \"custom\": {\"stacking\": {\"mode\": \"normal\"}}", ""));

        List<Double> lower = numbers(svg, "d=\"M[0-9.]+ ([0-9.]+)[^\"]*\" stroke=\"" + Palette.ofSeries(0));
        List<Double> upper = numbers(svg, "d=\"M[0-9.]+ ([0-9.]+)[^\"]*\" stroke=\"" + Palette.ofSeries(1));
        double zero = numbers(svg, "y=\"([0-9.]+)\" font-size=\"11\"[^>]*>0 W<").get(0) - 4;
        // 100 W and, upon it, 300 W: four times as high.
        assertThat((zero - upper.get(0)) / (zero - lower.get(0))).isBetween(3.98, 4.02);
        assertThat(svg).contains(">400 W<");
        // The time without values between the second and the third is a gap, in line and area.
        assertThat(svg)
                .containsPattern("d=\"M[^M\"]*M[^M\"]*\" stroke=\"" + Palette.ofSeries(0))
                .containsPattern("d=\"M[^MZ\"]*ZM[^MZ\"]*Z\" stroke=\"none\"");
    }

    @Test
    void aTableJoinsItsQueriesByTheirLabels() throws Exception {
        result = "[" + series("row", "5") + "]";
        String panel = """
                {"type": "table", "title": "T", "gridPos": {"x": 0, "y": 0, "w": 24, "h": 8},
                 "fieldConfig": {"defaults": {"unit": "short"}, "overrides": [
                   {"matcher": {"id": "byName", "options": "Value #B"},
                    "properties": [{"id": "unit", "value": "watt"}, {"id": "displayName", "value": "Power"}]}]},
                 "transformations": [{"id": "merge"}, {"id": "organize", "options": {"excludeByName": {"Value #A": true}}}],
                 "targets": [{"refId": "A", "expr": "a", "instant": true}, {"refId": "B", "expr": "b", "instant": true}]}""";

        String svg = drawn(panel);

        assertThat(svg).contains(">Power<").contains(">5 W<").contains(">row<").doesNotContain(">5<");
        assertThat(svg.split(">row<", -1)).hasSize(2);
    }

    @Test
    void aHeatmapCountsWhatIsInABucketAndNotBelowIt() throws Exception {
        result = "[{\"metric\":{\"le\":\"100\"},\"values\":[[1000000,\"4\"]]},"
                + "{\"metric\":{\"le\":\"50\"},\"values\":[[1000000,\"4\"]]},"
                + "{\"metric\":{\"le\":\"+Inf\"},\"values\":[[1000000,\"5\"]]}]";

        String svg = drawn(panel("heatmap", "\"unit\": \"watt\"", ""));

        assertThat(svg).contains(Palette.heat(1)).contains(Palette.heat(0.5)).contains(">above<");
        // None lay between 50 and 100 W.
        assertThat(svg).doesNotContain(Palette.heat(0));
    }

    @Test
    void aStateTimelineTakesItsMappings() throws Exception {
        result = "[{\"metric\":{\"name\":\"it\"},\"values\":[[999990,\"0\"],[1000000,\"1\"]]}]";
        String mappings = "\"mappings\": [{\"type\": \"value\", \"options\": {"
                + "\"0\": {\"text\": \"down\", \"color\": \"red\"}, \"1\": {\"text\": \"up\", \"color\": \"green\"}}}]";

        String svg = drawn(panel("state-timeline", mappings, ""));

        assertThat(svg).contains(">down<").contains(">up<").contains(Palette.named("red"));
    }

    @Test
    void whatItDoesNotKnowIsAnErrorThatNamesThePanel() {
        result = "[" + series("one", "1") + "]";
        assertThatThrownBy(() -> drawn(panel("piechart", "\"unit\": \"watt\"", "")))
                .hasMessageContaining("A & B: panel Title: piechart: is no type of panel");
        assertThatThrownBy(() -> drawn(panel("stat", "\"unit\": \"furlongs\"", "")))
                .hasMessageContaining("A & B: panel Title: furlongs: is no unit");
        assertThatThrownBy(
                        () -> drawn(panel("stat", "\"unit\": \"watt\"", "\"transformations\": [{\"id\": \"pivot\"}],")))
                .hasMessageContaining("A & B: panel Title: pivot: is no transformation");
    }

    private static List<Double> numbers(String svg, String pattern) {
        Matcher matcher = Pattern.compile(pattern).matcher(svg);
        List<Double> numbers = new ArrayList<>();
        while (matcher.find()) {
            numbers.add(Double.parseDouble(matcher.group(1)));
        }
        return numbers;
    }
}
