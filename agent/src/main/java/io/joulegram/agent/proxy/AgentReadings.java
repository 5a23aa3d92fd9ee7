package io.joulegram.agent.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import io.joulegram.agent.top.AgentView;
import io.joulegram.tokens.CountingHost;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Finds in what the daemon says what it has booked on the models of one server. Immutable. */
final class AgentReadings {
    private final Optional<String> server;
    private final String hostAndPort;

    /**
     * @param server the {@code server} label; if it is empty, that which is the server's address, or the only one there is
     * @param hostAndPort the server's address
     */
    AgentReadings(Optional<String> server, String hostAndPort) {
        this.server = server;
        this.hostAndPort = hostAndPort;
    }

    /** The models of the server, those without anything booked left out. */
    List<ModelReading> of(AgentView view) throws NoReadingException {
        if (!view.answered()) {
            throw new NoReadingException(view.problem());
        }
        JsonNode state = server(view.status().path("servers"));
        if (state.path("tokens").asText().equals(CountingHost.ELSEWHERE.label())) {
            throw new NoReadingException(
                    "the daemon does not count the tokens of the server, whose API is on another host: name"
                            + " the daemon of that one by --agent");
        }
        boolean includesCached = state.path("promptIncludesCached").asBoolean(false);
        List<ModelReading> readings = new ArrayList<>();
        for (JsonNode model : view.summary().path("models")) {
            if (model.path("server").asText().equals(state.path("server").asText())
                    && model.path("bookedUntilUnixMillis").isNumber()) {
                readings.add(reading(model, includesCached));
            }
        }
        return readings;
    }

    private JsonNode server(JsonNode servers) throws NoReadingException {
        List<String> names = new ArrayList<>();
        JsonNode byAddress = null;
        for (JsonNode state : servers) {
            String name = state.path("server").asText();
            names.add(name);
            if (name.equals(server.orElse(hostAndPort))) {
                byAddress = state;
            }
        }
        if (byAddress != null) {
            return byAddress;
        }
        if (server.isEmpty() && names.size() == 1) {
            return servers.get(0);
        }
        String known = names.isEmpty() ? "it knows none yet" : "it knows " + String.join(", ", names);
        throw new NoReadingException("the daemon does not know the server " + server.orElse(hostAndPort) + "; " + known
                + (names.size() > 1 ? ": choose by --server NAME" : ""));
    }

    private static ModelReading reading(JsonNode model, boolean includesCached) {
        JsonNode tokens = model.path("tokens");
        long prompt = tokens.path("prompt").asLong();
        long computed = includesCached
                ? Math.max(0, prompt - tokens.path("promptCached").asLong())
                : prompt;
        return new ModelReading(
                model.path("model").asText(),
                model.path("bookedUntilUnixMillis").asLong(),
                microjoules(model, "prefill"),
                microjoules(model, "decode"),
                microjoules(model, "idle"),
                computed,
                tokens.path("generationMade").asLong(tokens.path("generation").asLong()),
                grams(model));
    }

    private static long microjoules(JsonNode model, String phase) {
        long sum = 0;
        for (JsonNode part : model.path("energy")) {
            if (part.path("phase").asText().equals(phase)) {
                sum += part.path("microjoules").asLong();
            }
        }
        return sum;
    }

    private static OptionalDouble grams(JsonNode model) {
        JsonNode operational = model.path("operationalGrams");
        return operational.isNumber()
                ? OptionalDouble.of(
                        operational.asDouble() + model.path("embodiedGrams").asDouble(0))
                : OptionalDouble.empty();
    }
}
