package io.joulegram.agent.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;

/**
 * What one event of a stream says.
 *
 * @param hasText whether it carries at least one token
 * @param usage what the server counts, where it says so
 * @param error what went wrong, where it says so
 */
record Chunk(boolean hasText, Optional<Usage> usage, Optional<String> error) {
    /**
     * Counts of the server.
     *
     * @param promptTokens those from the cache included
     * @param cachedTokens of them, those from the cache; 0 where the server does not tell
     * @param outputTokens those that were written
     */
    record Usage(int promptTokens, int cachedTokens, int outputTokens) {}

    private static final ObjectMapper JSON = new ObjectMapper();

    /** @throws IllegalArgumentException if it is no JSON object */
    static Chunk parse(byte[] event, int length) {
        JsonNode root;
        try {
            root = JSON.readTree(event, 0, length);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("an event is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("an event cannot be read: " + e.getMessage(), e);
        }
        if (!root.isObject()) {
            throw new IllegalArgumentException("an event is not a JSON object");
        }
        JsonNode choice = root.path("choices").path(0);
        JsonNode delta = choice.path("delta");
        boolean text = hasText(choice.path("text"))
                || hasText(delta.path("content"))
                || hasText(delta.path("reasoning_content"))
                || hasText(delta.path("reasoning"))
                || delta.path("tool_calls").size() > 0;
        return new Chunk(text, usage(root.path("usage")), error(root.path("error")));
    }

    private static boolean hasText(JsonNode node) {
        return node.isTextual() && !node.textValue().isEmpty();
    }

    private static Optional<Usage> usage(JsonNode usage) {
        int prompt = usage.path("prompt_tokens").asInt(-1);
        int output = usage.path("completion_tokens").asInt(-1);
        int cached = usage.path("prompt_tokens_details").path("cached_tokens").asInt(0);
        return prompt >= 0 && output >= 0 && cached >= 0 && cached <= prompt
                ? Optional.of(new Usage(prompt, cached, output))
                : Optional.empty();
    }

    private static Optional<String> error(JsonNode error) {
        if (error.isMissingNode() || error.isNull()) {
            return Optional.empty();
        }
        return Optional.of(error.path("message").asText(error.toString()));
    }
}
