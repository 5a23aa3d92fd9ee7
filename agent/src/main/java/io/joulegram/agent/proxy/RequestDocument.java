package io.joulegram.agent.proxy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.joulegram.agent.proxy.MeteredRequest.Settlement;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;

/**
 * A request as JSON, in one line: what OpenTelemetry has an attribute for by that name (semantic conventions for HTTP and
 * generative AI), the rest under {@code joulegram}. What is not known has no member.
 */
final class RequestDocument {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final double JOULES_PER_MICROJOULE = 1e-6;
    private static final double SECONDS_PER_MILLI = 1e-3;

    private RequestDocument() {}

    /** The document as UTF-8. */
    static byte[] of(MeteredRequest request) {
        MeteredRequest.Origin origin = request.origin();
        ObjectNode node = JSON.createObjectNode();
        node.put("time", Instant.ofEpochMilli(origin.startMillis()).toString())
                .put("joulegram.request.id", origin.id())
                .put("joulegram.tenant", origin.tenant())
                .put("url.path", origin.path());
        text(node, "trace_id", origin.traceId());
        text(node, "gen_ai.operation.name", operation(origin.path()));
        text(node, "gen_ai.request.model", request.requestModel());
        text(node, "gen_ai.response.model", request.responseModel());
        request.status().ifPresent(code -> node.put("http.response.status_code", code));
        request.firstByteMillis()
                .ifPresent(millis ->
                        node.put("joulegram.request.first_byte_seconds", seconds(origin.startMillis(), millis)));
        request.endMillis()
                .ifPresent(millis ->
                        node.put("joulegram.request.duration_seconds", seconds(origin.startMillis(), millis)));
        node.put("joulegram.request.outcome", request.outcome().label());
        tokens(node, request.work());
        energy(node, request);
        return node.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static void tokens(ObjectNode node, RequestWork work) {
        Optional<Usage> usage = work.usage();
        if (usage.isPresent()) {
            node.put("gen_ai.usage.input_tokens", usage.get().prompt())
                    .put("joulegram.usage.cached_tokens", usage.get().cached())
                    .put("gen_ai.usage.output_tokens", usage.get().output())
                    .put("joulegram.usage.source", "server");
        } else if (work.chunks() > 0) {
            node.put("gen_ai.usage.output_tokens", work.chunks()).put("joulegram.usage.source", "chunks");
        }
    }

    private static void energy(ObjectNode node, MeteredRequest request) {
        Settlement settlement = request.settlement();
        node.put("joulegram.energy.state", settlement.label());
        if (settlement == Settlement.UNKNOWN) {
            return;
        }
        EnergyShare energy = request.energy();
        node.put("joulegram.energy.prefill_joules", energy.prefillMicrojoules() * JOULES_PER_MICROJOULE)
                .put("joulegram.energy.decode_joules", energy.decodeMicrojoules() * JOULES_PER_MICROJOULE)
                .put("joulegram.energy.joules", energy.microjoules() * JOULES_PER_MICROJOULE);
        if (energy.grams() > 0) {
            node.put("joulegram.co2.grams", energy.grams());
        }
    }

    private static void text(ObjectNode node, String name, String value) {
        if (!value.isEmpty()) {
            node.put(name, value);
        }
    }

    private static double seconds(long fromMillis, long toMillis) {
        return (toMillis - fromMillis) * SECONDS_PER_MILLI;
    }

    /** {@code gen_ai.operation.name}; empty where the conventions have no word for it. */
    private static String operation(String path) {
        if (path.endsWith("/embeddings")) {
            return "embeddings";
        }
        if (path.endsWith("/chat/completions") || path.endsWith("/responses") || path.endsWith("/messages")) {
            return "chat";
        }
        return path.endsWith("/completions") ? "text_completion" : "";
    }
}
