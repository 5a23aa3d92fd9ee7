package io.joulegram.agent.top;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalDouble;

/** Generated tokens per second, by two looks at the counters of agents. Used by one thread. */
public final class TokenRates {
    private record Look(long unixMillis, long tokens) {}

    private static final double MILLIS_PER_SECOND = 1e3;

    private Map<String, Look> before = Map.of();
    private Map<String, Look> now = Map.of();

    /** Notes what agents say now. */
    public void note(Iterable<AgentView> views) {
        Map<String, Look> newest = new HashMap<>();
        for (AgentView view : views) {
            long unixMillis = view.summary().path("unixMillis").asLong();
            for (JsonNode model : view.summary().path("models")) {
                JsonNode tokens = model.path("tokens").path("generation");
                if (tokens.isNumber()) {
                    newest.put(key(view, model), new Look(unixMillis, tokens.asLong()));
                }
            }
        }
        before = now;
        now = newest;
    }

    /** Of one model; empty before the second look, and where the counter began anew. */
    OptionalDouble of(AgentView view, JsonNode model) {
        Look first = before.get(key(view, model));
        Look second = now.get(key(view, model));
        if (first == null || second == null || second.unixMillis <= first.unixMillis || second.tokens < first.tokens) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(
                MILLIS_PER_SECOND * (second.tokens - first.tokens) / (second.unixMillis - first.unixMillis));
    }

    /** Of all models of an agent; empty if none is known. */
    OptionalDouble of(AgentView view) {
        boolean known = false;
        double sum = 0;
        for (JsonNode model : view.summary().path("models")) {
            OptionalDouble rate = of(view, model);
            known |= rate.isPresent();
            sum += rate.orElse(0);
        }
        return known ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }

    private static String key(AgentView view, JsonNode model) {
        return view.address().uri() + "\n" + model.path("server").asText() + "\n"
                + model.path("model").asText();
    }
}
