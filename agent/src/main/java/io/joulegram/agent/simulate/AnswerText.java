package io.joulegram.agent.simulate;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The documents of one answer, as OpenAI's API has them. What all events of a stream have in common is made once.
 * Immutable.
 */
final class AnswerText {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String EVENT = "data: ";
    private static final String EVENT_END = "\n\n";

    private final boolean chat;
    private final String id;
    private final long createdSeconds;
    private final String model;
    private final String eventHead;

    /** @param requestNumber makes the id */
    AnswerText(boolean chat, long requestNumber, long createdSeconds, String model) {
        this.chat = chat;
        this.createdSeconds = createdSeconds;
        this.model = model;
        id = String.format(Locale.ROOT, "%s-%016x", chat ? "chatcmpl" : "cmpl", requestNumber);
        ObjectNode head = head(chat ? "chat.completion.chunk" : "text_completion");
        String open = head.toString();
        eventHead = EVENT + open.substring(0, open.length() - 1) + ",\"choices\":[";
    }

    private ObjectNode head(String object) {
        return JSON.createObjectNode()
                .put("id", id)
                .put("object", object)
                .put("created", createdSeconds)
                .put("model", model);
    }

    /** What a stream begins with: in a chat, who speaks. */
    String begin() {
        return chat
                ? eventHead
                        + "{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"},\"logprobs\":null,"
                        + "\"finish_reason\":null}]}" + EVENT_END
                : "";
    }

    /**
     * The event of a token.
     *
     * @param word without anything that JSON would have to escape
     * @param finish null, or why it is the last, as the API says it
     */
    String token(String word, String finish) {
        String open = chat ? "{\"index\":0,\"delta\":{\"content\":\"" : "{\"index\":0,\"text\":\"";
        String close = chat ? "\"},\"logprobs\":null,\"finish_reason\":" : "\",\"logprobs\":null,\"finish_reason\":";
        return eventHead + open + word + close + finish + "}]}" + EVENT_END;
    }

    /** The event that tells the counts of tokens. */
    String usage(Sequence sequence) {
        return eventHead + "],\"usage\":" + usageNode(sequence) + "}" + EVENT_END;
    }

    /** What a stream ends with. */
    static String end() {
        return EVENT + "[DONE]" + EVENT_END;
    }

    /** The whole answer in one document. */
    byte[] whole(String words, Sequence sequence) {
        ObjectNode root = head(chat ? "chat.completion" : "text_completion");
        ObjectNode choice = root.putArray("choices").addObject().put("index", 0);
        if (chat) {
            choice.putObject("message").put("role", "assistant").put("content", words);
        } else {
            choice.put("text", words);
        }
        choice.putNull("logprobs").put("finish_reason", sequence.finish().label());
        root.set("usage", usageNode(sequence));
        return root.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static ObjectNode usageNode(Sequence sequence) {
        ObjectNode usage = JSON.createObjectNode()
                .put("prompt_tokens", sequence.promptTokens())
                .put("total_tokens", sequence.promptTokens() + sequence.generatedTokens())
                .put("completion_tokens", sequence.generatedTokens());
        usage.putObject("prompt_tokens_details").put("cached_tokens", sequence.cachedTokens());
        return usage;
    }
}
