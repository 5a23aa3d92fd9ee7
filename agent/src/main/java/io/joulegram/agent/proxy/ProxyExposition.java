package io.joulegram.agent.proxy;

import java.util.Map;
import java.util.TreeMap;

/** The proxy's metrics in Prometheus' text format 0.0.4. Immutable. */
final class ProxyExposition {
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final String PREFIX = "joulegram_proxy_";
    private static final double JOULES_PER_MICROJOULE = 1e-6;

    private final EnergyBooks books;
    private final ProxyTraffic traffic;
    private final AgentFeed feed;

    ProxyExposition(EnergyBooks books, ProxyTraffic traffic, AgentFeed feed) {
        this.books = books;
        this.traffic = traffic;
        this.feed = feed;
    }

    /** Everything as it is now. */
    String text() {
        ServerUse use = books.use();
        StringBuilder out = new StringBuilder(4096);
        head(out, "server_energy_joules_total", "counter", "Energy that the daemon has booked on the server's models.");
        joules(
                out,
                "server_energy_joules_total",
                "part=\"requests\"",
                use.requests().microjoules());
        joules(
                out,
                "server_energy_joules_total",
                "part=\"bypass\"",
                use.bypass().microjoules());
        joules(out, "server_energy_joules_total", "part=\"idle\"", use.idleMicrojoules());
        head(out, "pending_energy_joules", "gauge", "Energy whose owner the next interval decides.");
        joules(out, "pending_energy_joules", "", use.heldMicrojoules());
        grams(out, use);
        tenants(out, use);
        head(out, "requests_unsettled", "gauge", "Requests under way or waiting for their energy.");
        count(out, "requests_unsettled", "", use.open());
        head(out, "requests_unknown_total", "counter", "Requests whose energy the daemon did not tell.");
        count(out, "requests_unknown_total", "", use.unknown());
        head(out, "connections", "gauge", "Connections of clients.");
        count(out, "connections", "", traffic.connections());
        head(out, "connections_refused_total", "counter", "Connections that were one too many.");
        count(out, "connections_refused_total", "", traffic.refusedConnections());
        head(out, "agent_up", "gauge", "Whether the daemon tells the server's energy.");
        count(out, "agent_up", "", feed.isUp() ? 1 : 0);
        head(out, "agent_resets_total", "counter", "How often the daemon's books began anew.");
        count(out, "agent_resets_total", "", use.resets());
        return out.toString();
    }

    private static void grams(StringBuilder out, ServerUse use) {
        if (use.requests().grams() + use.bypass().grams() + use.idleGrams() > 0) {
            String name = "server_co2_grams_total";
            head(out, name, "counter", "Grams of CO2e of that energy, embodied included.");
            sample(out, name, "part=\"requests\"", use.requests().grams());
            sample(out, name, "part=\"bypass\"", use.bypass().grams());
            sample(out, name, "part=\"idle\"", use.idleGrams());
        }
    }

    private static void tenants(StringBuilder out, ServerUse use) {
        String energy = "tenant_energy_joules_total";
        head(out, energy, "counter", "Active energy of a tenant's requests.");
        use.tenants().forEach(tenant -> {
            String label = "tenant=\"" + tenant.tenant() + "\",phase=";
            joules(out, energy, label + "\"prefill\"", tenant.energy().prefillMicrojoules());
            joules(out, energy, label + "\"decode\"", tenant.energy().decodeMicrojoules());
        });
        String grams = "tenant_co2_grams_total";
        head(out, grams, "counter", "Grams of CO2e of a tenant's requests, embodied included.");
        use.tenants().stream()
                .filter(tenant -> tenant.energy().grams() > 0)
                .forEach(tenant -> sample(
                        out,
                        grams,
                        "tenant=\"" + tenant.tenant() + '"',
                        tenant.energy().grams()));
        String tokens = "tenant_tokens_total";
        head(out, tokens, "counter", "Tokens of a tenant's requests that have ended.");
        use.tenants().forEach(tenant -> {
            String label = "tenant=\"" + tenant.tenant() + "\",kind=";
            count(out, tokens, label + "\"prompt\"", tenant.promptTokens());
            count(out, tokens, label + "\"prompt_cached\"", tenant.cachedTokens());
            count(out, tokens, label + "\"generation\"", tenant.outputTokens());
        });
        String requests = "tenant_requests_total";
        head(out, requests, "counter", "A tenant's requests that have ended, by how.");
        use.tenants().forEach(tenant -> {
            Map<MeteredRequest.Outcome, Long> counts = new TreeMap<>(tenant.requests());
            counts.forEach((outcome, count) -> count(
                    out, requests, "tenant=\"" + tenant.tenant() + "\",outcome=\"" + outcome.label() + '"', count));
        });
    }

    private static void head(StringBuilder out, String name, String type, String help) {
        out.append("# HELP ")
                .append(PREFIX)
                .append(name)
                .append(' ')
                .append(help)
                .append('\n');
        out.append("# TYPE ")
                .append(PREFIX)
                .append(name)
                .append(' ')
                .append(type)
                .append('\n');
    }

    private static void joules(StringBuilder out, String name, String labels, long microjoules) {
        sample(out, name, labels, microjoules * JOULES_PER_MICROJOULE);
    }

    private static void sample(StringBuilder out, String name, String labels, double value) {
        series(out, name, labels).append(value).append('\n');
    }

    private static void count(StringBuilder out, String name, String labels, long value) {
        series(out, name, labels).append(value).append('\n');
    }

    private static StringBuilder series(StringBuilder out, String name, String labels) {
        out.append(PREFIX).append(name);
        return labels.isEmpty()
                ? out.append(' ')
                : out.append('{').append(labels).append("} ");
    }
}
