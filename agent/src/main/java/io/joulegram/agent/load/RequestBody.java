package io.joulegram.agent.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/**
 * Writes requests. Prompts that are made up differ from their first token on, so that no server answers from what it has
 * kept of another.
 */
public final class RequestBody {
    /** Below are tokens that many vocabularies use for control. */
    private static final int FIRST_TOKEN = 1_000;

    private static final List<String> WORDS = List.of(
            " time",
            " year",
            " people",
            " way",
            " day",
            " man",
            " thing",
            " world",
            " life",
            " hand",
            " part",
            " child",
            " eye",
            " place",
            " work",
            " week",
            " case",
            " point",
            " company",
            " number",
            " group",
            " problem",
            " fact",
            " water",
            " room",
            " money",
            " story",
            " month",
            " lot",
            " right",
            " study",
            " book");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Target target;
    private final PromptForm form;
    private final int vocabulary;
    private final boolean ignoreEnd;

    /**
     * @param vocabulary tokens are drawn below this number
     * @param ignoreEnd whether to ask for all tokens, whatever the model thinks; an extension that vLLM, SGLang and llama.cpp know
     * @throws IllegalArgumentException if the vocabulary is too small, or tokens are to go where only text is taken
     */
    public RequestBody(Target target, PromptForm form, int vocabulary, boolean ignoreEnd) {
        if (vocabulary < 2) {
            throw new IllegalArgumentException("a vocabulary has at least 2 tokens, not " + vocabulary);
        }
        if (form == PromptForm.TOKENS && target.api() == Api.CHAT) {
            throw new IllegalArgumentException("a chat takes text, not tokens");
        }
        this.target = target;
        this.form = form;
        this.vocabulary = vocabulary;
        this.ignoreEnd = ignoreEnd;
    }

    /** The JSON of a request. */
    byte[] write(RequestShape shape, Random random) {
        ObjectNode root = JSON.createObjectNode();
        root.put("model", target.model());
        if (target.api() == Api.CHAT) {
            ObjectNode message = root.putArray("messages").addObject();
            message.put("role", "user").put("content", text(shape, random));
        } else if (form == PromptForm.TOKENS && shape.text().isEmpty()) {
            tokens(root.putArray("prompt"), shape.promptTokens(), random);
        } else {
            root.put("prompt", text(shape, random));
        }
        root.put("max_tokens", shape.outputTokens()).put("temperature", 0).put("stream", true);
        root.putObject("stream_options").put("include_usage", true);
        if (ignoreEnd) {
            root.put("ignore_eos", true).put("min_tokens", shape.outputTokens());
        }
        try {
            return JSON.writeValueAsBytes(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    private void tokens(ArrayNode prompt, int count, Random random) {
        int first = vocabulary > 2 * FIRST_TOKEN ? FIRST_TOKEN : 0;
        for (int i = 0; i < count; i++) {
            prompt.add(first + random.nextInt(vocabulary - first));
        }
    }

    private static String text(RequestShape shape, Random random) {
        return shape.text().orElseGet(() -> {
            StringBuilder words = new StringBuilder(6 * shape.promptTokens());
            for (int i = 0; i < shape.promptTokens(); i++) {
                words.append(WORDS.get(random.nextInt(WORDS.size())));
            }
            return words.toString();
        });
    }
}
