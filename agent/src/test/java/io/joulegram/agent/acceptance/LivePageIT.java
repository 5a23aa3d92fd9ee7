package io.joulegram.agent.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The live page of the packaged jar's demo in a real browser. Pictures of it are in {@code target/live-page}, to be looked
 * at.
 */
class LivePageIT {
    private static final Path PICTURES = Path.of("target", "live-page");
    private static final Duration PATIENCE = Duration.ofSeconds(40);
    /** Of viewers at a time; docs/live-page.md has it. */
    private static final int PLACES = 16;

    private static final int TAB = 9;
    private static final int ENTER = 13;
    private static final int RIGHT = 39;
    private static final Set<String> NAMED_ROLES = Set.of(
            "button",
            "link",
            "image",
            "img",
            "meter",
            "region",
            "table",
            "list",
            "navigation",
            "heading",
            "columnheader");

    @TempDir
    Path directory;

    private String address;
    private BrowserPage page;

    /** One story, as the start of a browser and of an agent is most of its time. */
    @Test
    void showsMovingFiguresToEveryoneAndComesBackAfterALoss() throws Exception {
        try (Browser browser = Browser.start(directory)) {
            try (AgentProcess agent = demo(0)) {
                address = agent.address();
                page = browser.open();
                page.size(1280, 900);
                page.beforeEveryDocument(probe());
                page.go(address);

                figuresMove();
                newsChangeThePageInPlace();
                theKeyboardReachesEverything();
                assistiveTechnologyIsToldOfEverything();
                bothSchemesAreReadable();
                reducedMotionIsRespected();
                fitsASmallScreen();
                pausesByKey();
                nothingIsAskedOfOthersNorComplainedOf();
                whoIsNotLetInIsTold(browser.open());
            }
            tellsOfALostConnection();
            try (AgentProcess again = demo(URI.create(address).getPort())) {
                assertThat(again.address()).isEqualTo(address);
                String power = texts("probe.tiles()").get(3);
                awaitThat("probe.state().startsWith('live') && probe.tiles()[3] !== '" + power + "'");
                assertThat(page.is("document.body.classList.contains('stale')")).isFalse();
            }
        }
    }

    private static AgentProcess demo(int port) throws Exception {
        AgentProcess process = AgentCommand.of("demo", "--web.listen-address", "127.0.0.1:" + port)
                .start();
        process.address();
        return process;
    }

    private static String probe() throws Exception {
        try (InputStream script = Objects.requireNonNull(LivePageIT.class.getResourceAsStream("page-probe.js"))) {
            return new String(script.readAllBytes(), UTF_8);
        }
    }

    private void awaitThat(String expression) {
        await().atMost(PATIENCE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> page.is(expression));
    }

    private List<String> texts(String expression) throws Exception {
        return StreamSupport.stream(page.value(expression).spliterator(), false)
                .map(JsonNode::asText)
                .toList();
    }

    /** Opened with the very start of the agent, whose demo is idle for its first five seconds; and opened later. */
    private void figuresMove() throws Exception {
        double atTheStart = secondsUntilEveryFigureIsThere();
        page.go(address);
        long beginNanos = System.nanoTime();
        double later = secondsUntilEveryFigureIsThere();
        List<String> first = texts("probe.tiles()");
        // Joules, grams, tokens per second and power; the grid of the demo stands still.
        Set<Integer> moved = new LinkedHashSet<>();
        await().atMost(PATIENCE).pollInterval(Duration.ofMillis(100)).until(() -> {
            List<String> now = texts("probe.tiles()");
            for (int tile = 0; tile < 4; tile++) {
                if (!now.get(tile).equals(first.get(tile))) {
                    moved.add(tile);
                }
            }
            return moved.size() == 4;
        });
        System.out.printf(
                "live page: every figure %.1f s after it was opened with the agent, %.1f s after it was opened later, and all"
                        + " had moved after %.1f s%n",
                atTheStart, later, (System.nanoTime() - beginNanos) / 1e9);
    }

    private double secondsUntilEveryFigureIsThere() {
        long beginNanos = System.nanoTime();
        awaitThat("probe.shows()");
        return (System.nanoTime() - beginNanos) / 1e9;
    }

    private void newsChangeThePageInPlace() throws Exception {
        page.value("globalThis.cell = document.querySelector('#models td'); globalThis.before = cell.textContent; 0");
        awaitThat("cell.textContent !== before");
        assertThat(page.is("cell.isConnected")).isTrue();
    }

    private void theKeyboardReachesEverything() throws Exception {
        assertThat(texts("probe.unlabelledScrollAreas()")).isEmpty();
        assertThat(texts("probe.small()")).isEmpty();
        List<String> reachable = texts("probe.reachable()");
        Set<String> reached = new LinkedHashSet<>();
        for (int i = 0; i < reachable.size(); i++) {
            page.press("Tab", TAB);
            String focused = page.text("probe.focused()");
            reached.add(focused);
            assertThat(page.is("probe.outlined()")).as(focused).isTrue();
        }
        assertThat(reached).containsExactlyElementsOf(reachable).hasSizeGreaterThanOrEqualTo(7);
    }

    private void assistiveTechnologyIsToldOfEverything() throws Exception {
        List<JsonNode> tree = page.accessibilityTree();
        assertThat(tree).filteredOn(node -> NAMED_ROLES.contains(role(node))).hasSizeGreaterThan(40);
        assertThat(tree.stream()
                        .filter(node -> NAMED_ROLES.contains(role(node)))
                        .filter(node -> node.at("/name/value").asText().isBlank()))
                .as("nodes without a name")
                .isEmpty();
        Map<String, Long> count = tree.stream().collect(groupingBy(LivePageIT::role, counting()));
        // Eight GPUs, two processors and their memory; a model; and the heads of both tables.
        assertThat(count)
                .containsEntry("table", 2L)
                .containsEntry("row", 12L + 1 + 2)
                .containsEntry("rowheader", 12L + 1)
                .containsEntry("columnheader", 5L + 10)
                .containsEntry("status", 1L);
        // Each change of it is an announcement of a screen reader; figures, which change each second, are none.
        assertThat(page.value("probe.liveRegions()").asInt()).isEqualTo(1);
        assertThat(page.value("probe.announcements()").asInt()).isLessThanOrEqualTo(5);
    }

    private static String role(JsonNode node) {
        return node.at("/role/value").asText();
    }

    private void bothSchemesAreReadable() throws Exception {
        List<String> grounds = new ArrayList<>();
        for (String scheme : List.of("light", "dark")) {
            page.prefer(Map.of("prefers-color-scheme", scheme));
            grounds.add(page.text("probe.ground()"));
            assertThat(texts("probe.faint()")).as(scheme).isEmpty();
            page.picture(PICTURES.resolve(scheme + ".png"));
        }
        page.prefer(Map.of());
        assertThat(grounds).doesNotHaveDuplicates();
    }

    private void reducedMotionIsRespected() throws Exception {
        assertThat(page.value("probe.pictures('power', 20000, 4)").asInt()).isEqualTo(4);
        page.prefer(Map.of("prefers-reduced-motion", "reduce"));
        // What was under way is drawn by then.
        Thread.sleep(500);
        assertThat(page.value("probe.pictures('power', 2000, 4)").asInt()).isLessThanOrEqualTo(2);
        assertThat(page.value("document.getAnimations().length").asInt()).isZero();
        page.prefer(Map.of("prefers-reduced-motion", "no-preference"));
    }

    /** 320 pixels are what is left of 1280 at a zoom of 400 % (WCAG 2.2, 1.4.10). */
    private void fitsASmallScreen() throws Exception {
        for (int width : List.of(320, 360)) {
            page.size(width, 800);
            awaitThat("document.documentElement.scrollWidth <= " + width);
            assertThat(texts("probe.wider()")).isEmpty();
        }
        page.picture(PICTURES.resolve("small.png"));
        page.value("document.querySelector('#models').focus()");
        page.press("ArrowRight", RIGHT);
        awaitThat("document.querySelector('#models').scrollLeft > 0");
        newsChangeThePageInPlace();
        assertThat(page.text("probe.focused()")).isEqualTo("div#models Table of models");
        assertThat(page.is("document.querySelector('#models').scrollLeft > 0")).isTrue();
        page.size(1280, 900);
    }

    private void pausesByKey() throws Exception {
        page.value("document.querySelector('#pause').focus()");
        page.press("Enter", ENTER);
        awaitThat("probe.state() === 'paused'");
        List<String> held = texts("probe.tiles()");
        Thread.sleep(1_500);
        assertThat(texts("probe.tiles()")).isEqualTo(held);
        page.press("Enter", ENTER);
        awaitThat("probe.state().startsWith('live')");
        awaitThat("JSON.stringify(probe.tiles()) !== '" + page.text("JSON.stringify(probe.tiles())") + "'");
    }

    private void nothingIsAskedOfOthersNorComplainedOf() {
        assertThat(page.requests()).hasSizeGreaterThan(6).allMatch(url -> url.startsWith(address));
        assertThat(page.complaints()).isEmpty();
    }

    private void whoIsNotLetInIsTold(BrowserPage late) throws Exception {
        HttpClient client = HttpClient.newHttpClient();
        HttpRequest look =
                HttpRequest.newBuilder(URI.create(address + "api/v1/live")).build();
        List<InputStream> others = new ArrayList<>();
        try {
            for (int place = 0; place < PLACES; place++) {
                others.add(client.send(look, BodyHandlers.ofInputStream()).body());
            }
            late.go(address);
            await().atMost(PATIENCE)
                    .ignoreExceptions()
                    .until(() -> late.is("document.querySelector('#state').textContent.startsWith('not let in')"));
        } finally {
            for (InputStream other : others) {
                other.close();
            }
        }
    }

    private void tellsOfALostConnection() throws Exception {
        awaitThat("probe.state().startsWith('no news since') && document.querySelector('#state').className === 'bad'");
        page.picture(PICTURES.resolve("lost.png"));
    }
}
