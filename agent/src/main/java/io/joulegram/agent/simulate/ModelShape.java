package io.joulegram.agent.simulate;

import java.util.List;
import java.util.Optional;

/**
 * The dimensions of a dense decoder-only transformer, as its {@code config.json} has them.
 *
 * @param name what requests call it
 * @param parameters weights, embeddings included
 * @param layers decoder layers
 * @param hidden width of the residual stream
 * @param heads heads of attention
 * @param keyValueHeads heads of keys and values (grouped-query attention)
 * @param headDimension width of a head
 * @param vocabulary tokens there are
 * @param bytesPerWeight 2 for bf16
 * @param contextTokens the longest prompt and output together
 */
public record ModelShape(
        String name,
        long parameters,
        int layers,
        int hidden,
        int heads,
        int keyValueHeads,
        int headDimension,
        int vocabulary,
        int bytesPerWeight,
        int contextTokens) {

    /** Keys and values are kept in 16 bits. */
    private static final int BYTES_PER_KEY_OR_VALUE = 2;

    /**
     * Models that can be named: dimensions from the {@code config.json} published with the weights, parameters from the
     * models' cards (Meta, Mistral AI).
     */
    private static final List<ModelShape> KNOWN = List.of(
            new ModelShape("llama-3.2-1b", 1_235_814_400L, 16, 2048, 32, 8, 64, 128_256, 2, 131_072),
            new ModelShape("llama-2-7b", 6_738_415_616L, 32, 4096, 32, 32, 128, 32_000, 2, 4_096),
            new ModelShape("mistral-7b", 7_241_732_096L, 32, 4096, 32, 8, 128, 32_000, 2, 32_768),
            new ModelShape("llama-3-8b", 8_030_261_248L, 32, 4096, 32, 8, 128, 128_256, 2, 8_192),
            new ModelShape("llama-3-70b", 70_553_706_496L, 80, 8192, 64, 8, 128, 128_256, 2, 8_192));

    /** @throws IllegalArgumentException if a dimension is not above 0 */
    public ModelShape {
        if (parameters <= 0
                || layers <= 0
                || hidden <= 0
                || heads <= 0
                || keyValueHeads <= 0
                || headDimension <= 0
                || vocabulary <= 0
                || bytesPerWeight <= 0
                || contextTokens <= 0) {
            throw new IllegalArgumentException(name + " has a dimension that is not above 0");
        }
    }

    /** The model of this name, if it is known. */
    public static Optional<ModelShape> named(String name) {
        return KNOWN.stream().filter(model -> model.name.equals(name)).findFirst();
    }

    /** Names of the models that are known, small ones first. */
    public static List<String> names() {
        return KNOWN.stream().map(ModelShape::name).toList();
    }

    /** The same model, that requests and metrics call by another name. */
    ModelShape servedAs(String servedName) {
        return new ModelShape(
                servedName,
                parameters,
                layers,
                hidden,
                heads,
                keyValueHeads,
                headDimension,
                vocabulary,
                bytesPerWeight,
                contextTokens);
    }

    /** Bytes of all weights. */
    public long weightBytes() {
        return parameters * bytesPerWeight;
    }

    /** Bytes of the keys and values of a token, over all layers. */
    public long keyValueBytesPerToken() {
        return 2L * layers * keyValueHeads * headDimension * BYTES_PER_KEY_OR_VALUE;
    }

    /** Floating-point operations of a token in the matrices: two for each weight (Kaplan et al. 2020, section 2.1). */
    double matrixFlopsPerToken() {
        return 2.0 * parameters;
    }

    /** Operations of a token for each token that it attends to: a product and a sum with its key and with its value. */
    double attentionFlopsPerPair() {
        return 4.0 * layers * heads * headDimension;
    }
}
