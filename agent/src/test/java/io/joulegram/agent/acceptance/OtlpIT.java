package io.joulegram.agent.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.joulegram.agent.otlp.LocalReceiver;
import io.joulegram.agent.otlp.LocalReceiver.Push;
import io.joulegram.agent.otlp.PushedSeries;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The packaged jar pushes what it shows, while a receiver is there and while none is. */
class OtlpIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Pattern LABEL = Pattern.compile("([a-zA-Z_]+)=\"([^\"]*)\"");

    @TempDir
    Path directory;

    private AgentProcess demo(LocalReceiver receiver) throws Exception {
        Path config = Files.writeString(directory.resolve("joulegram.yaml"), """
                web.listen-address: 127.0.0.1:0
                otlp:
                  endpoint: %s
                  interval: 1s
                  timeout: 30s
                  headers: [{name: Authorization, value: Bearer s3cret}]
                  resource-attributes: [deployment.environment.name=test]
                """.formatted(receiver.uri()));
        return AgentCommand.of("demo", "--config", config.toString()).start();
    }

    /** The samples of a scrape as {@link PushedSeries} has them. */
    private static Map<String, Double> series(Metrics metrics) {
        Map<String, Double> series = new HashMap<>();
        metrics.samples().forEach((sample, value) -> {
            Map<String, String> labels = new TreeMap<>();
            Matcher label = LABEL.matcher(sample);
            while (label.find()) {
                labels.put(label.group(1), label.group(2));
            }
            series.put(sample.replaceAll("\\{.*", "") + labels, value);
        });
        return series;
    }

    @Test
    void pushesWhatItShowsUntilTheEnd() throws Exception {
        try (LocalReceiver receiver = LocalReceiver.start();
                AgentProcess agent = demo(receiver)) {
            await().atMost(PATIENCE)
                    .until(() -> receiver.pushes().stream()
                            .anyMatch(push -> PushedSeries.byName(push.request())
                                    .containsKey("joulegram_energy_per_token_joules")));
            Map<String, Double> before = series(agent.metrics());
            int seen = receiver.pushes().size();
            await().atMost(PATIENCE).until(() -> receiver.pushes().size() >= seen + 2);
            Map<String, Double> after = series(agent.metrics());

            assertLiesBetween(
                    before, PushedSeries.of(receiver.pushes().get(seen + 1).request()), after);
            assertThat(after)
                    .containsEntry("joulegram_otlp_up{}", 1.0)
                    .containsEntry("joulegram_otlp_pushes_total{result=failed}", 0.0)
                    .containsEntry("joulegram_otlp_pushes_total{result=dropped}", 0.0);

            int pushed = receiver.pushes().size();
            agent.terminate();
            assertThat(agent.awaitExit()).isEqualTo(AgentProcess.ENDED_BY_SIGTERM);
            List<Push> all = receiver.pushes();
            assertThat(all).hasSizeGreaterThanOrEqualTo(pushed);
            assertCumulative(all);
            assertThat(all)
                    .allSatisfy(push ->
                            assertThat(push.headers().getFirst("Authorization")).isEqualTo("Bearer s3cret"));
            assertThat(all.get(0).request().getResourceMetrics(0).getResource().toString())
                    .contains("joulegram", "deployment.environment.name");
            assertThat(agent.log()).containsOnlyOnce("takes the figures").doesNotContain("s3cret");
        }
    }

    /** Every counter that both scrapes show was pushed in between with a number in between. */
    private static void assertLiesBetween(
            Map<String, Double> before, Map<String, Double> pushed, Map<String, Double> after) {
        int compared = 0;
        for (Map.Entry<String, Double> first : before.entrySet()) {
            Double last = after.get(first.getKey());
            boolean counter = first.getKey().matches("(joulegram|process)_.*(_total|_bucket|_count|_sum)\\{.*");
            if (counter && last != null) {
                assertThat(pushed).containsKey(first.getKey());
                assertThat(pushed.get(first.getKey())).as(first.getKey()).isBetween(first.getValue(), last);
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(200);
        double host = sum(pushed, "joulegram_facility_energy_joules_total{")
                - sum(pushed, "joulegram_facility_energy_joules_total{component=overhead}");
        assertThat(sum(pushed, "hw.host.energy{")).isCloseTo(host, within(1e-6 * host));
        // Gone while a device is not read in time, as on a machine that is busy.
        double watts = sum(pushed, "hw.host.power{");
        assertThat(watts).isCloseTo(watts == 0 ? 0 : sum(pushed, "hw.power{"), within(1e-6));
        assertThat(pushed.keySet())
                .containsAll(after.keySet().stream()
                        .filter(name ->
                                name.startsWith("joulegram_power_watts") || name.startsWith("joulegram_gpu_info"))
                        .toList());
    }

    private static double sum(Map<String, Double> series, String prefix) {
        return series.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(prefix))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    /** One start for all pushes, rising instants, and energy that never falls. */
    private static void assertCumulative(List<Push> pushes) {
        long start = 0;
        long before = 0;
        double joules = 0;
        for (Push push : pushes) {
            var energy = PushedSeries.byName(push.request()).get("hw.energy");
            if (energy == null) {
                continue;
            }
            var points = energy.getSum().getDataPointsList();
            long nanos = points.get(0).getTimeUnixNano();
            double sum =
                    points.stream().mapToDouble(point -> point.getAsDouble()).sum();
            start = start == 0 ? points.get(0).getStartTimeUnixNano() : start;
            assertThat(points.get(0).getStartTimeUnixNano()).isEqualTo(start).isLessThan(nanos);
            assertThat(nanos).isGreaterThan(before);
            assertThat(sum).isGreaterThanOrEqualTo(joules);
            before = nanos;
            joules = sum;
        }
        assertThat(joules).isPositive();
    }

    @Test
    void aReceiverThatIsGoneHoldsNothing() throws Exception {
        LocalReceiver gone = LocalReceiver.start();
        gone.close();
        try (AgentProcess agent = demo(gone)) {
            await().atMost(PATIENCE)
                    .until(() -> agent.metrics()
                                    .matching("joulegram_otlp_pushes_total", "result=\"dropped\"")
                                    .orElse(0)
                            > 0);
            Metrics metrics = agent.metrics();
            assertThat(metrics.sum("joulegram_energy_joules_total")).isPositive();
            assertThat(series(metrics)).containsEntry("joulegram_otlp_up{}", 0.0);
            metrics.assertConserved();
            agent.terminate();

            assertThat(agent.awaitExit()).isEqualTo(AgentProcess.ENDED_BY_SIGTERM);
            assertThat(agent.log()).containsOnlyOnce("/v1/metrics: no connection");
        }
    }
}
