package io.joulegram.agent.acceptance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A model of the {@code llama} architecture with two layers, 64 wide, and random weights, as a GGUF file of version 3
 * ({@code docs/gguf.md} of ggml). It speaks nonsense, and a server computes it as any other. Its tokens are bytes, so that
 * a prompt of ASCII letters has about as many tokens as letters. Not thread-safe.
 */
final class TinyModel {
    private static final int LAYERS = 2;
    private static final int WIDTH = 64;
    private static final int FEED_FORWARD = 128;
    private static final int HEADS = 4;
    private static final int CONTEXT_TOKENS = 2048;
    private static final int ALIGNMENT_BYTES = 32;

    // Types of values and of tokens, by docs/gguf.md and include/llama.h.
    private static final int UINT32 = 4;
    private static final int INT32 = 5;
    private static final int FLOAT32 = 6;
    private static final int STRING = 8;
    private static final int ARRAY = 9;
    private static final int NORMAL_TOKEN = 1;
    private static final int UNKNOWN_TOKEN = 2;
    private static final int CONTROL_TOKEN = 3;
    private static final int BYTE_TOKEN = 6;

    private final ByteBuffer head = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    private final List<Tensor> tensors = new ArrayList<>();
    private int entries;

    private TinyModel() {}

    /** Writes the model: the same bytes every time. */
    static void write(Path file) throws IOException {
        Files.write(file, new TinyModel().bytes());
    }

    private byte[] bytes() {
        List<String> vocabulary = vocabulary();
        addTensors(vocabulary.size());
        head.put("GGUF".getBytes(UTF_8)).putInt(3).putLong(tensors.size());
        int entriesAt = head.position();
        head.putLong(0);
        addArchitecture();
        addTokenizer(vocabulary);
        head.putLong(entriesAt, entries);
        int offset = 0;
        for (Tensor tensor : tensors) {
            string(tensor.name);
            head.putInt(tensor.sizes.length);
            for (int size : tensor.sizes) {
                head.putLong(size);
            }
            // Type 0 is a float of 32 bits.
            head.putInt(0).putLong(offset);
            offset += aligned(4 * tensor.elements());
        }
        ByteBuffer file = ByteBuffer.allocate(aligned(head.position()) + offset).order(ByteOrder.LITTLE_ENDIAN);
        file.put(head.flip());
        Random random = new Random(20);
        for (Tensor tensor : tensors) {
            file.position(aligned(file.position()));
            for (int i = 0; i < tensor.elements(); i++) {
                file.putFloat(tensor.sizes.length == 1 ? 1 : (float) (random.nextGaussian() / Math.sqrt(WIDTH)));
            }
        }
        return file.array();
    }

    private static List<String> vocabulary() {
        List<String> tokens = new ArrayList<>(List.of("<unk>", "<s>", "</s>"));
        for (int value = 0; value < 256; value++) {
            tokens.add(String.format("<0x%02X>", value));
        }
        tokens.add("\u2581");
        return tokens;
    }

    private void addArchitecture() {
        entry("general.architecture", "llama");
        entry("general.name", "tiny");
        entry("llama.context_length", CONTEXT_TOKENS);
        entry("llama.embedding_length", WIDTH);
        entry("llama.block_count", LAYERS);
        entry("llama.feed_forward_length", FEED_FORWARD);
        entry("llama.attention.head_count", HEADS);
        key("llama.attention.layer_norm_rms_epsilon", FLOAT32);
        head.putFloat(1e-5f);
    }

    private void addTokenizer(List<String> vocabulary) {
        entry("tokenizer.ggml.model", "llama");
        array("tokenizer.ggml.tokens", STRING, vocabulary.size());
        vocabulary.forEach(this::string);
        array("tokenizer.ggml.scores", FLOAT32, vocabulary.size());
        vocabulary.forEach(token -> head.putFloat(0));
        array("tokenizer.ggml.token_type", INT32, vocabulary.size());
        for (String token : vocabulary) {
            head.putInt(type(token));
        }
        entry("tokenizer.ggml.unknown_token_id", 0);
        entry("tokenizer.ggml.bos_token_id", 1);
        entry("tokenizer.ggml.eos_token_id", 2);
    }

    private static int type(String token) {
        if (token.startsWith("<0x")) {
            return BYTE_TOKEN;
        }
        if (token.equals("<unk>")) {
            return UNKNOWN_TOKEN;
        }
        return token.startsWith("<") ? CONTROL_TOKEN : NORMAL_TOKEN;
    }

    private void addTensors(int tokens) {
        tensor("token_embd", WIDTH, tokens);
        tensor("output_norm", WIDTH);
        tensor("output", WIDTH, tokens);
        for (int layer = 0; layer < LAYERS; layer++) {
            String block = "blk." + layer + ".";
            tensor(block + "attn_norm", WIDTH);
            tensor(block + "attn_q", WIDTH, WIDTH);
            tensor(block + "attn_k", WIDTH, WIDTH);
            tensor(block + "attn_v", WIDTH, WIDTH);
            tensor(block + "attn_output", WIDTH, WIDTH);
            tensor(block + "ffn_norm", WIDTH);
            tensor(block + "ffn_gate", WIDTH, FEED_FORWARD);
            tensor(block + "ffn_up", WIDTH, FEED_FORWARD);
            tensor(block + "ffn_down", FEED_FORWARD, WIDTH);
        }
    }

    private void tensor(String name, int... sizes) {
        tensors.add(new Tensor(name + ".weight", sizes));
    }

    private void entry(String key, String value) {
        key(key, STRING);
        string(value);
    }

    private void entry(String key, int value) {
        key(key, UINT32);
        head.putInt(value);
    }

    private void array(String key, int type, int size) {
        key(key, ARRAY);
        head.putInt(type).putLong(size);
    }

    private void key(String key, int type) {
        string(key);
        head.putInt(type);
        entries++;
    }

    private void string(String text) {
        byte[] bytes = text.getBytes(UTF_8);
        head.putLong(bytes.length).put(bytes);
    }

    private static int aligned(int bytes) {
        return (bytes + ALIGNMENT_BYTES - 1) / ALIGNMENT_BYTES * ALIGNMENT_BYTES;
    }

    /** Sizes from the one whose elements lie side by side. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Tensor(String name, int[] sizes) {
        int elements() {
            int elements = 1;
            for (int size : sizes) {
                elements *= size;
            }
            return elements;
        }
    }
}
