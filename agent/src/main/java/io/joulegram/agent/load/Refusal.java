package io.joulegram.agent.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/** What a server says when it does not answer. */
final class Refusal {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_CHARACTERS = 300;

    private Refusal() {}

    /** The message in a body, in OpenAI's shape, vLLM's or none; on one line, bounded. */
    static String message(String body) {
        String message = body;
        try {
            JsonNode root = JSON.readTree(body);
            String inner = root.path("error").path("message").asText("");
            message = inner.isEmpty() ? root.path("message").asText(body) : inner;
        } catch (JsonProcessingException e) {
            // It is text then.
        }
        return line(message);
    }

    /** Text of a server on one line, without what would command a terminal; bounded. */
    static String line(String text) {
        String line = text.replaceAll("\\p{Cc}+", " ").strip();
        return line.length() > MAX_CHARACTERS ? line.substring(0, MAX_CHARACTERS) + "..." : line;
    }
}
