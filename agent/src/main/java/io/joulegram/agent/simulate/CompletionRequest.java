package io.joulegram.agent.simulate;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * A request of {@code /v1/completions} or {@code /v1/chat/completions}, with what of it bears on time and energy. Sampling
 * parameters are taken and do nothing.
 *
 * @param chat whether it is one of {@code /v1/chat/completions}
 * @param prompt its tokens; at least one
 * @param maxTokens output tokens at most
 * @param minTokens output tokens at least
 * @param ignoreEos whether to write on until {@code maxTokens} (vLLM's {@code ignore_eos})
 * @param stream whether tokens are wanted one by one
 * @param includeUsage whether the stream is to end with the counts of tokens
 */
record CompletionRequest(
        boolean chat,
        PromptTokens prompt,
        int maxTokens,
        int minTokens,
        boolean ignoreEos,
        boolean stream,
        boolean includeUsage) {

    /** OpenAI's, for {@code /v1/completions}; chats may go on to the end of the context. */
    private static final int USUAL_MAX_TOKENS = 16;

    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /**
     * Reads a request.
     *
     * @throws ApiException if it is malformed, asks for another model or for more tokens than there is room for
     */
    static CompletionRequest parse(boolean chat, byte[] body, EngineSettings settings) throws ApiException {
        JsonNode root = tree(body);
        String served = settings.model().name();
        String model = text(root, "model", served);
        if (!model.equals(served)) {
            throw ApiException.noSuchModel(model, served);
        }
        requireOne(root, "n");
        requireOne(root, "best_of");
        PromptTokens prompt = chat ? ChatPrompt.of(root) : prompt(root, settings);
        if (prompt.count() == 0) {
            throw ApiException.badRequest("prompt: is empty; allowed: at least one token");
        }
        int room = settings.maxTokens() - prompt.count();
        int maxTokens = maxTokens(chat, root, Math.max(1, room));
        if (maxTokens > room) {
            throw ApiException.badRequest("This model's maximum context length is " + settings.maxTokens()
                    + " tokens; the prompt has " + prompt.count() + " and max_tokens is " + maxTokens);
        }
        int minTokens = integer(root, "min_tokens", 0, 0);
        if (minTokens > maxTokens) {
            throw ApiException.badRequest("min_tokens: " + minTokens + " is above max_tokens, " + maxTokens);
        }
        boolean stream = flag(root, "stream");
        JsonNode options = root.path("stream_options");
        if (!options.isMissingNode() && !options.isNull() && (!stream || !options.isObject())) {
            throw ApiException.badRequest("stream_options: allowed: an object, and only with stream=true");
        }
        return new CompletionRequest(
                chat, prompt, maxTokens, minTokens, flag(root, "ignore_eos"), stream, flag(options, "include_usage"));
    }

    private static JsonNode tree(byte[] body) throws ApiException {
        JsonNode root;
        try {
            root = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw ApiException.badRequest("The body is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw ApiException.badRequest("The body cannot be read: " + e.getMessage());
        }
        if (!root.isObject()) {
            throw ApiException.badRequest("The body is not a JSON object");
        }
        return root;
    }

    private static int maxTokens(boolean chat, JsonNode root, int room) throws ApiException {
        boolean newName = chat && root.hasNonNull("max_completion_tokens");
        return integer(root, newName ? "max_completion_tokens" : "max_tokens", 1, chat ? room : USUAL_MAX_TOKENS);
    }

    private static PromptTokens prompt(JsonNode root, EngineSettings settings) throws ApiException {
        JsonNode prompt = root.path("prompt");
        // A list of one prompt is that prompt.
        JsonNode only = prompt.size() == 1 && !prompt.path(0).isNumber() ? prompt.path(0) : prompt;
        if (only.isTextual()) {
            return PromptTokens.ofText(only.textValue());
        }
        if (!only.isArray()) {
            throw ApiException.badRequest(
                    "prompt: allowed: a text, or a list of numbers of tokens; one prompt a request");
        }
        int[] ids = new int[only.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = only.path(i);
            if (!id.isInt()
                    || id.intValue() < 0
                    || id.intValue() >= settings.model().vocabulary()) {
                throw ApiException.badRequest("prompt: " + shortened(id) + " is not a token; allowed: 0 to "
                        + (settings.model().vocabulary() - 1) + "; one prompt a request");
            }
            ids[i] = id.intValue();
        }
        return PromptTokens.ofIds(ids);
    }

    private static void requireOne(JsonNode root, String name) throws ApiException {
        if (integer(root, name, 1, 1) != 1) {
            throw ApiException.badRequest(name + ": only 1 is simulated");
        }
    }

    static String text(JsonNode object, String name, String standard) throws ApiException {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return standard;
        }
        if (!value.isTextual()) {
            throw ApiException.badRequest(name + ": " + shortened(value) + " is not a text");
        }
        return value.textValue();
    }

    private static int integer(JsonNode object, String name, int least, int standard) throws ApiException {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return standard;
        }
        if (!value.isInt() || value.intValue() < least) {
            throw ApiException.badRequest(
                    name + ": " + shortened(value) + " is not a whole number of " + least + " or more");
        }
        return value.intValue();
    }

    private static boolean flag(JsonNode object, String name) throws ApiException {
        JsonNode value = object.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw ApiException.badRequest(name + ": " + shortened(value) + " is neither true nor false");
        }
        return value.booleanValue();
    }

    private static String shortened(JsonNode value) {
        String text = value.toString();
        return text.length() <= 40 ? text : text.substring(0, 40) + "...";
    }
}
