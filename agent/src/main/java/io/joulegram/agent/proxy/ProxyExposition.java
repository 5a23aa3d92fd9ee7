package io.joulegram.agent.proxy;

import io.prometheus.client.Collector;
import io.prometheus.client.Collector.MetricFamilySamples;
import io.prometheus.client.Collector.MetricFamilySamples.Sample;
import io.prometheus.client.exporter.common.TextFormat;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.TreeMap;

/** The proxy's metrics in Prometheus' text format 0.0.4. Immutable. */
final class ProxyExposition {
    static final String CONTENT_TYPE = TextFormat.CONTENT_TYPE_004;

    private static final String PREFIX = "joulegram_proxy_";
    private static final double MICROJOULES_PER_JOULE = 1e6;

    private final EnergyBooks books;
    private final ProxyTraffic traffic;
    private final AgentFeed feed;

    ProxyExposition(EnergyBooks books, ProxyTraffic traffic, AgentFeed feed) {
        this.books = books;
        this.traffic = traffic;
        this.feed = feed;
    }

    /** A family as it fills up. */
    private record Family(String name, Collector.Type type, String help, List<String> labels, List<Sample> samples) {
        static Family counter(String name, String help, String... labels) {
            return new Family(PREFIX + name, Collector.Type.COUNTER, help, List.of(labels), new ArrayList<>());
        }

        static Family gauge(String name, String help) {
            return new Family(PREFIX + name, Collector.Type.GAUGE, help, List.of(), new ArrayList<>());
        }

        Family with(double value, String... labelValues) {
            samples.add(new Sample(name, labels, List.of(labelValues), value));
            return this;
        }

        Family withJoules(long microjoules, String... labelValues) {
            return with(microjoules / MICROJOULES_PER_JOULE, labelValues);
        }

        MetricFamilySamples toSamples() {
            return new MetricFamilySamples(name, type, help, samples);
        }
    }

    /** Everything as it is now. */
    String text() {
        ServerUse use = books.use();
        List<Family> families = new ArrayList<>();
        families.add(Family.counter(
                        "server_energy_joules_total",
                        "Energy that the daemon has booked on the server's models.",
                        "part")
                .withJoules(use.requests().microjoules(), "requests")
                .withJoules(use.bypass().microjoules(), "bypass")
                .withJoules(use.idleMicrojoules(), "idle"));
        families.add(Family.gauge("pending_energy_joules", "Energy whose owner the next interval decides.")
                .withJoules(use.heldMicrojoules()));
        if (use.requests().grams() + use.bypass().grams() + use.idleGrams() > 0) {
            families.add(
                    Family.counter("server_co2_grams_total", "Grams of CO2e of that energy, embodied included.", "part")
                            .with(use.requests().grams(), "requests")
                            .with(use.bypass().grams(), "bypass")
                            .with(use.idleGrams(), "idle"));
        }
        addTenants(families, use.tenants());
        families.add(Family.gauge("requests_unsettled", "Requests under way or waiting for their energy.")
                .with((double) use.open()));
        families.add(Family.counter("requests_unknown_total", "Requests whose energy the daemon did not tell.")
                .with((double) use.unknown()));
        families.add(Family.gauge("connections", "Connections of clients.").with(traffic.connections()));
        families.add(Family.counter("connections_refused_total", "Connections that were one too many.")
                .with((double) traffic.refusedConnections()));
        families.add(Family.gauge("agent_up", "Whether the daemon tells the server's energy.")
                .with(feed.isUp() ? 1 : 0));
        families.add(Family.counter("agent_resets_total", "How often the daemon's books began anew.")
                .with((double) use.resets()));
        return written(families);
    }

    private static void addTenants(List<Family> families, List<TenantUse> tenants) {
        Family energy = Family.counter(
                "tenant_energy_joules_total", "Active energy of a tenant's requests.", "tenant", "phase");
        Family grams = Family.counter(
                "tenant_co2_grams_total", "Grams of CO2e of a tenant's requests, embodied included.", "tenant");
        Family tokens = Family.counter(
                "tenant_tokens_total", "Tokens of a tenant's requests that have ended.", "tenant", "kind");
        Family requests = Family.counter(
                "tenant_requests_total", "A tenant's requests that have ended, by how.", "tenant", "outcome");
        for (TenantUse tenant : tenants) {
            String name = tenant.tenant();
            energy.withJoules(tenant.energy().prefillMicrojoules(), name, "prefill")
                    .withJoules(tenant.energy().decodeMicrojoules(), name, "decode");
            if (tenant.energy().grams() > 0) {
                grams.with(tenant.energy().grams(), name);
            }
            tokens.with((double) tenant.promptTokens(), name, "prompt")
                    .with((double) tenant.cachedTokens(), name, "prompt_cached")
                    .with((double) tenant.outputTokens(), name, "generation");
            new TreeMap<>(tenant.requests())
                    .forEach((outcome, count) -> requests.with((double) count, name, outcome.label()));
        }
        Collections.addAll(families, energy, grams, tokens, requests);
    }

    private static String written(List<Family> families) {
        StringWriter out = new StringWriter(4096);
        try {
            TextFormat.write004(
                    out,
                    Collections.enumeration(
                            families.stream().map(Family::toSamples).toList()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toString();
    }
}
