package io.joulegram.agent.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.joulegram.tokens.CountingHost;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Which of the models that the agent knows is the one under load.
 *
 * @param server the agent's name of the server
 * @param name the model's name
 * @param isAlone whether the agent watches no other server, so that all energy of the host is this one's
 */
record Served(String server, String name, boolean isAlone) {
    /**
     * Finds it.
     *
     * @param wanted the name that requests have
     * @param server the agent's name of the server; empty if there is but one that has the model
     * @return empty if the agent has no such model, which it may hear of
     * @throws BenchException if it has several, or only the energy that it takes of one host: that stays so
     */
    static Optional<Served> find(JsonNode status, JsonNode summary, String wanted, String server)
            throws BenchException {
        List<Served> found = new ArrayList<>();
        boolean alone = status.path("servers").size() == 1;
        for (JsonNode model : summary.path("models")) {
            String where = model.path("server").asText();
            String name = model.path("model").asText();
            if (name.equals(wanted) && (server.isEmpty() || server.equals(where))) {
                found.add(new Served(where, name, alone));
            }
        }
        if (found.size() == 1) {
            requireCounted(status, found.get(0).server());
        }
        if (found.size() <= 1) {
            return found.stream().findFirst();
        }
        throw new BenchException(
                "several servers of the agent have the model " + wanted + ": name one by --agent-server: "
                        + String.join(", ", found.stream().map(Served::server).toList()));
    }

    /** What there is to say where it is not found. */
    static String notKnown(JsonNode summary, String wanted, String server) {
        List<String> known = summary.path("models")
                .valueStream()
                .map(model -> model.path("server").asText() + " "
                        + model.path("model").asText())
                .toList();
        return "the agent knows no model " + wanted + (server.isEmpty() ? "" : " of server " + server)
                + (known.isEmpty()
                        ? "; it knows none: does it watch this server (--server of joulegram run)?"
                        : "; it knows: " + String.join(", ", known));
    }

    /** Energy of one host over tokens of all of them would be a figure of neither. */
    private static void requireCounted(JsonNode status, String server) throws BenchException {
        for (JsonNode state : status.path("servers")) {
            if (state.path("server").asText().equals(server)
                    && state.path("tokens").asText().equals(CountingHost.ELSEWHERE.label())) {
                throw new BenchException("the agent does not count the tokens of server " + server
                        + ", whose API is on another host: name the agent of that one by --agent");
            }
        }
    }

    /** All models of a host, whose energy is all of it. */
    static Served everything() {
        return new Served("", "", true);
    }

    /** Tokens of a kind since the agent's start, of the model or of all; empty if it knows none. */
    OptionalDouble tokens(JsonNode summary, String kind) {
        return summary.path("models")
                .valueStream()
                .filter(model -> name.isEmpty() || isOf(model))
                .map(model -> model.path("tokens").path(kind))
                .filter(JsonNode::isNumber)
                .mapToDouble(JsonNode::asDouble)
                .reduce(Double::sum);
    }

    private boolean isOf(JsonNode model) {
        return model.path("server").asText().equals(server)
                && model.path("model").asText().equals(name);
    }

    /** The names of the GPUs that serve it, as far as the agent knows. */
    List<String> gpus(JsonNode status) {
        Set<String> devices = new HashSet<>();
        status.path("servers")
                .valueStream()
                .filter(each -> each.path("server").asText().equals(server))
                .flatMap(each -> each.path("devices").valueStream())
                .forEach(device -> devices.add(device.asText()));
        return status.path("gpus")
                .valueStream()
                .filter(gpu -> devices.contains(gpu.path("device").asText()))
                .map(gpu -> gpu.path("name").asText())
                .toList();
    }

    /** The model in a summary; missing if it is not there. */
    JsonNode model(JsonNode summary) {
        for (JsonNode model : summary.path("models")) {
            if (isOf(model)) {
                return model;
            }
        }
        return MissingNode.getInstance();
    }
}
