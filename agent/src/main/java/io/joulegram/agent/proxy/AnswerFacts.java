package io.joulegram.agent.proxy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Optional;

/**
 * What a document of an answer tells: OpenAI's completions, chat completions and responses, and Anthropic's messages.
 *
 * @param model the model that answers; empty if it does not tell
 * @param usage its tokens; empty if it does not tell
 */
record AnswerFacts(String model, Optional<Usage> usage) {
    static final AnswerFacts NONE = new AnswerFacts("", Optional.empty());

    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Reads a document.
     *
     * @param before what was told before, for what this one leaves out
     * @return nothing if it is no JSON, which is not the proxy's to judge
     */
    static AnswerFacts read(byte[] json, int length, Optional<Usage> before) {
        JsonNode root;
        try {
            root = JSON.readTree(json, 0, length);
        } catch (IOException e) {
            return NONE;
        }
        JsonNode inner = root.path("response").isObject() ? root.path("response") : root.path("message");
        String model = root.path("model").asText(inner.path("model").asText(""));
        JsonNode usage = root.path("usage").isObject() ? root.path("usage") : inner.path("usage");
        return new AnswerFacts(model, usage.isObject() ? Optional.of(usage(usage, before)) : Optional.empty());
    }

    private static Usage usage(JsonNode usage, Optional<Usage> before) {
        Usage known = before.orElse(new Usage(0, 0, 0));
        long prompt = count(usage, "prompt_tokens", "input_tokens", known.prompt());
        JsonNode details = usage.path("prompt_tokens_details").isObject()
                ? usage.path("prompt_tokens_details")
                : usage.path("input_tokens_details");
        long cached = count(details, "cached_tokens", "cached_tokens", known.cached());
        return new Usage(prompt, cached, count(usage, "completion_tokens", "output_tokens", known.output()));
    }

    private static long count(JsonNode node, String name, String otherName, long unknown) {
        JsonNode value = node.path(name).isNumber() ? node.path(name) : node.path(otherName);
        return value.isNumber() ? Math.max(0, Math.min(value.asLong(), Integer.MAX_VALUE)) : unknown;
    }
}
