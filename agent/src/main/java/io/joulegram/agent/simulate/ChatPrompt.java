package io.joulegram.agent.simulate;

import com.fasterxml.jackson.databind.JsonNode;

/** Makes a prompt of the messages of a chat, by a template of its own. */
final class ChatPrompt {
    private ChatPrompt() {}

    /** @throws ApiException if the messages are malformed */
    static PromptTokens of(JsonNode root) throws ApiException {
        JsonNode messages = root.path("messages");
        if (!messages.isArray() || messages.isEmpty()) {
            throw ApiException.badRequest("messages: allowed: a list of at least one message");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode message : messages) {
            String role = CompletionRequest.text(message, "role", "");
            if (role.isEmpty()) {
                throw ApiException.badRequest("messages: each needs a role");
            }
            text.append("<|").append(role).append("|>\n");
            append(text, message.path("content"));
            text.append('\n');
        }
        return PromptTokens.ofText(text.append("<|assistant|>\n").toString());
    }

    private static void append(StringBuilder text, JsonNode content) throws ApiException {
        if (content.isTextual()) {
            text.append(content.textValue());
        } else if (content.isArray()) {
            for (JsonNode part : content) {
                if (!CompletionRequest.text(part, "type", "").equals("text")) {
                    throw ApiException.badRequest("messages: only parts of type text are simulated");
                }
                text.append(CompletionRequest.text(part, "text", ""));
            }
        } else if (!content.isNull() && !content.isMissingNode()) {
            throw ApiException.badRequest("messages: content is neither a text nor a list of parts");
        }
    }
}
