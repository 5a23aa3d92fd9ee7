package io.joulegram.agent.load;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/**
 * Requests drawn from recorded conversations: a file as ShareGPT's, a list of objects with {@code conversations}, each a list of
 * {@code {"from": ..., "value": ...}}. Of each conversation the first two turns are taken, the first as the prompt, the
 * second for the length of the answer. The filter is that of "Towards Carbon-efficient LLM Life Cycle" (HotCarbon 2024) and
 * of vLLM's own benchmark: at least two turns; prompt and answer of at least 4 tokens; prompt of at most 1024; both together at
 * most 2048. As we have no tokenizer of the model, four bytes count as a token; the server's counts are what is reported.
 *
 * <p>Immutable.
 */
public final class ShareGptFile implements Workload {
    /** Longer prompts are left out. */
    public static final int MAX_PROMPT_TOKENS = 1024;

    /** Longer prompts and answers together are left out. */
    public static final int MAX_TOKENS = 2048;

    private static final int MIN_TOKENS = 4;
    private static final int BYTES_PER_TOKEN = 4;
    private static final long MAX_BYTES = 4L << 30;
    private static final int MAX_CONVERSATIONS = 100_000;
    private static final int HEAP_SHARE = 4;
    /** Of a request beside its text, two bytes a character at most. */
    private static final long OBJECT_BYTES = 100;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final List<RequestShape> requests;

    private ShareGptFile(Path file, List<RequestShape> requests) {
        this.file = file;
        this.requests = requests;
    }

    /**
     * Reads a file, one conversation after the other.
     *
     * @throws IllegalArgumentException if it cannot be read, is of another form, or none passes the filter; the message says
     *     where and why
     */
    public static ShareGptFile read(Path file) {
        return read(file, Runtime.getRuntime().maxMemory() / HEAP_SHARE);
    }

    static ShareGptFile read(Path file, long mostBytes) {
        List<RequestShape> requests = new ArrayList<>();
        long bytes = 0;
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IllegalArgumentException(file + " is larger than 4 GiB");
            }
            try (JsonParser parser = JSON.createParser(file.toFile())) {
                if (parser.nextToken() != JsonToken.START_ARRAY) {
                    throw new IllegalArgumentException(
                            file + ":1: must be a list of conversations, as ShareGPT's files");
                }
                while (parser.nextToken() == JsonToken.START_OBJECT && requests.size() < MAX_CONVERSATIONS) {
                    JsonNode conversation = JSON.readTree(parser);
                    Optional<RequestShape> request = request(conversation.path("conversations"));
                    bytes += request.map(ShareGptFile::bytes).orElse(0L);
                    if (bytes > mostBytes) {
                        throw new IllegalArgumentException(file + ": its prompts take more than a quarter of the heap, "
                                + mostBytes / 1_000_000 + " MB; use a part of it, or a larger heap: java -Xmx4g -jar"
                                + " joulegram.jar bench");
                    }
                    request.ifPresent(requests::add);
                }
            }
        } catch (IOException e) {
            throw new IllegalArgumentException(file + " cannot be read: " + e.getMessage(), e);
        }
        if (requests.isEmpty()) {
            throw new IllegalArgumentException(
                    file + " has no conversation of two turns with a prompt of 4 to 1024 tokens"
                            + " and at most 2048 in all; its objects have \"conversations\": [{\"from\": ..., \"value\": ...}]");
        }
        return new ShareGptFile(file, requests);
    }

    private static Optional<RequestShape> request(JsonNode turns) {
        if (turns.size() < 2) {
            return Optional.empty();
        }
        String prompt = turns.path(0).path("value").asText("");
        int promptTokens = tokens(prompt);
        int outputTokens = tokens(turns.path(1).path("value").asText(""));
        boolean taken = promptTokens >= MIN_TOKENS
                && outputTokens >= MIN_TOKENS
                && promptTokens <= MAX_PROMPT_TOKENS
                && promptTokens + outputTokens <= MAX_TOKENS;
        return taken
                ? Optional.of(new RequestShape(promptTokens, outputTokens, Optional.of(prompt)))
                : Optional.empty();
    }

    private static long bytes(RequestShape request) {
        return OBJECT_BYTES + 2L * request.text().map(String::length).orElse(0);
    }

    private static int tokens(String text) {
        return (text.getBytes(StandardCharsets.UTF_8).length + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
    }

    /** How many conversations have passed the filter. */
    public int size() {
        return requests.size();
    }

    @Override
    public RequestShape next(Random random) {
        return requests.get(random.nextInt(requests.size()));
    }

    @Override
    public String describe() {
        return "drawn from " + size() + " conversations of " + file.getFileName();
    }
}
