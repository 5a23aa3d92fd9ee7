package io.joulegram.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.proxy.MeteredRequest.Outcome;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Holds the table of metrics in {@code docs/proxy.md} to what the proxy publishes. */
final class ProxyManualTest {
    private static final Pattern ROW =
            Pattern.compile("(?m)^\\| `(joulegram_proxy_\\w+)` \\| (\\w+) \\|.*\\| ([^|]*) \\|$");
    private static final Pattern HEAD = Pattern.compile("(?m)^# HELP (\\w+) (.*)\n# TYPE \\1 (\\w+)$");
    private static final Pattern SAMPLE = Pattern.compile("(?m)^(joulegram_proxy_\\w+)(?:\\{[^}]*})? [0-9.E-]+$");

    @Test
    void tableHoldsEveryMetric() throws Exception {
        String manual = Files.readString(Path.of(System.getProperty("basedir", "."), "../docs/proxy.md"));
        String text = exposition();

        TreeSet<String> shown = new TreeSet<>();
        ROW.matcher(manual).results().forEach(row -> shown.add(row.group(1) + " " + row.group(2) + " " + row.group(3)));
        TreeSet<String> published = new TreeSet<>();
        HEAD.matcher(text)
                .results()
                .forEach(head -> published.add(head.group(1) + " " + head.group(3) + " " + head.group(2)));
        assertThat(shown).isEqualTo(published).hasSizeGreaterThan(10);
        assertThat(text.lines().filter(line -> !line.startsWith("#")))
                .allSatisfy(line -> assertThat(line).matches(SAMPLE));
        assertThat(text)
                .contains("joulegram_proxy_server_energy_joules_total{part=\"requests\",} 3.0\n")
                .contains("joulegram_proxy_tenant_energy_joules_total{tenant=\"blue\",phase=\"decode\",} 2.0\n")
                .contains("joulegram_proxy_tenant_requests_total{tenant=\"blue\",outcome=\"completed\",} 1.0\n");
    }

    private static String exposition() {
        EnergyBooks books = new EnergyBooks(request -> {});
        books.settle(List.of(new ModelReading("m", 0, 0, 0, 0, 0, 0, OptionalDouble.of(0))));
        MeteredRequest request = new MeteredRequest(new MeteredRequest.Origin("id", "blue", "/v1/completions", "", 0));
        books.begin(request);
        request.work().sent(10);
        request.work().told(500, new Usage(5, 0, 7));
        request.end(500, Outcome.COMPLETED);
        books.settle(List.of(new ModelReading("m", 1000, 1_000_000, 2_000_000, 500_000, 5, 7, OptionalDouble.of(7))));
        Metering metering = new Metering(books, new RequestArchive(), Tenants.none(), InstantSource.system());
        ProxyTraffic traffic = new ProxyTraffic(ProxySettings.to(URI.create("http://127.0.0.1:1")), metering);
        AgentFeed feed = new AgentFeed(
                () -> {
                    throw new IllegalStateException("not started");
                },
                Duration.ofSeconds(1),
                new AgentReadings(Optional.empty(), "127.0.0.1:1"),
                books);
        return new ProxyExposition(books, traffic, feed).text();
    }
}
