package io.joulegram.agent.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;

/**
 * The {@code config.json} that is published with the weights of a model, read for the operations of a token. Dense
 * transformers with gated feed-forward networks, mixtures of experts of the common kinds, and DeepSeek's latent attention;
 * attention counts as if to all tokens before, also where a window limits it. Norms, biases and rotations are left out: less
 * than a thousandth.
 */
public final class ModelConfiguration {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_BYTES = 1 << 20;
    private static final double MAX_DIMENSION = 1e8;
    private static final double MAX_LAYERS = 10_000;

    private static final Set<String> DENSE = Set.of(
            "cohere",
            "gemma",
            "gemma2",
            "gemma3_text",
            "granite",
            "llama",
            "mistral",
            "olmo",
            "olmo2",
            "phi3",
            "qwen2",
            "qwen3",
            "smollm3");
    private static final Set<String> EXPERTS = Set.of("mixtral", "olmoe", "qwen2_moe", "qwen3_moe");
    private static final Set<String> LATENT = Set.of("deepseek_v2", "deepseek_v3", "kimi_k2");

    private final Path file;
    private final JsonNode fields;
    private final double hidden;
    private final double layers;
    private final double heads;

    private ModelConfiguration(Path file, JsonNode fields) {
        this.file = file;
        this.fields = fields;
        hidden = dimension("hidden_size");
        layers = number("num_hidden_layers", 1, MAX_LAYERS);
        heads = dimension("num_attention_heads");
    }

    /**
     * Reads one.
     *
     * @throws IOException if the file cannot be read
     * @throws IllegalArgumentException if it is no configuration, or of a kind of model that is not known; the message names file
     *     and field, and what is allowed
     */
    public static ModelFlops read(Path file) throws IOException {
        byte[] text;
        try (InputStream in = Files.newInputStream(file)) {
            text = in.readNBytes(MAX_BYTES + 1);
        }
        if (text.length > MAX_BYTES) {
            throw new IllegalArgumentException(file + ": larger than " + MAX_BYTES + " bytes");
        }
        JsonNode root;
        try {
            root = JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    file + ":" + e.getLocation().getLineNr() + ": no JSON: " + e.getOriginalMessage(), e);
        }
        // What also sees or hears has the model of its words inside.
        JsonNode fields = root.path("text_config").isObject() ? root.path("text_config") : root;
        String type = fields.path("model_type").asText();
        if (!DENSE.contains(type) && !EXPERTS.contains(type) && !LATENT.contains(type)) {
            Set<String> known = new TreeSet<>(DENSE);
            known.addAll(EXPERTS);
            known.addAll(LATENT);
            throw new IllegalArgumentException(file + ": model_type \"" + type + "\" is not allowed: "
                    + String.join(", ", known) + "; of others tell the parameters that a token takes (parameters)");
        }
        return new ModelConfiguration(file, fields).flops(type);
    }

    private ModelFlops flops(String type) {
        boolean latent = LATENT.contains(type);
        double weights = layers * (latent ? latentAttention() : attention());
        for (int layer = 0; layer < layers; layer++) {
            weights += feedForward(type, layer);
        }
        double perPair = latent
                ? 2 * layers * heads * (keyDimension() + dimension("v_head_dim"))
                : 4 * layers * heads * headDimension();
        return new ModelFlops(2 * weights, 2 * hidden * dimension("vocab_size"), perPair);
    }

    private double headDimension() {
        return fields.path("head_dim").isNumber() ? dimension("head_dim") : hidden / heads;
    }

    /** Queries and output, keys and values (Ainslie et al., GQA, 2023). */
    private double attention() {
        double keyValueHeads = fields.path("num_key_value_heads").isNumber() ? dimension("num_key_value_heads") : heads;
        return 2 * hidden * headDimension() * (heads + keyValueHeads);
    }

    private double keyDimension() {
        return dimension("qk_nope_head_dim") + dimension("qk_rope_head_dim");
    }

    /** DeepSeek-V2 (2024), section 2.1: queries, keys and values through narrow layers. */
    private double latentAttention() {
        double queries = fields.path("q_lora_rank").isNumber()
                ? dimension("q_lora_rank") * (hidden + heads * keyDimension())
                : hidden * heads * keyDimension();
        double rank = dimension("kv_lora_rank");
        return queries
                + hidden * (rank + dimension("qk_rope_head_dim"))
                + rank * heads * (dimension("qk_nope_head_dim") + dimension("v_head_dim"))
                + heads * dimension("v_head_dim") * hidden;
    }

    private double feedForward(String type, int layer) {
        return switch (type) {
            case "mixtral" -> experts("num_local_experts", "intermediate_size");
            case "olmoe" -> experts("num_experts", "intermediate_size");
            case "qwen2_moe", "qwen3_moe" ->
                isSparse(layer)
                        ? experts("num_experts", "moe_intermediate_size") + sharedExpert()
                        : gated(dimension("intermediate_size"));
            case "deepseek_v2", "deepseek_v3", "kimi_k2" ->
                layer < whole("first_k_dense_replace", 0)
                        ? gated(dimension("intermediate_size"))
                        : experts("n_routed_experts", "moe_intermediate_size")
                                + whole("n_shared_experts", 0) * gated(dimension("moe_intermediate_size"));
            default -> gated(dimension("intermediate_size"));
        };
    }

    private boolean isSparse(int layer) {
        boolean dense = fields.path("mlp_only_layers").valueStream().anyMatch(each -> each.asInt(-1) == layer);
        return !dense && (layer + 1) % whole("decoder_sparse_step", 1) == 0;
    }

    private double sharedExpert() {
        return fields.path("shared_expert_intermediate_size").isNumber()
                ? gated(dimension("shared_expert_intermediate_size")) + hidden
                : 0;
    }

    /** Those that a token meets, and the router that chooses them. */
    private double experts(String count, String width) {
        return dimension("num_experts_per_tok") * gated(dimension(width)) + hidden * dimension(count);
    }

    /** Three matrices (Shazeer, GLU variants, 2020). */
    private double gated(double width) {
        return 3 * hidden * width;
    }

    private int whole(String name, int standard) {
        return fields.path(name).isNumber() ? (int) number(name, standard, MAX_DIMENSION) : standard;
    }

    private double dimension(String name) {
        return number(name, 1, MAX_DIMENSION);
    }

    private double number(String name, double least, double most) {
        JsonNode field = fields.path(name);
        double value = field.asDouble(-1);
        if (!field.isNumber() || !(value >= least && value <= most)) {
            throw new IllegalArgumentException(String.format(
                    Locale.ROOT,
                    "%s: %s: %s is not allowed: a number from %.0f to %.0f",
                    file,
                    name,
                    field.isMissingNode() ? "nothing" : field,
                    least,
                    most));
        }
        return value;
    }
}
