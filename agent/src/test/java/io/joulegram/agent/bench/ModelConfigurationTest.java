package io.joulegram.agent.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against the numbers of parameters that the models' makers tell, which have the table of embeddings on top. */
final class ModelConfigurationTest {
    private static final String LLAMA_3_8B = """
            {"model_type": "llama", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
             "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 128256}""";
    private static final String MIXTRAL_8X7B = """
            {"model_type": "mixtral", "hidden_size": 4096, "num_hidden_layers": 32, "num_attention_heads": 32,
             "num_key_value_heads": 8, "intermediate_size": 14336, "vocab_size": 32000,
             "num_local_experts": 8, "num_experts_per_tok": 2}""";
    private static final String QWEN3_30B_A3B = """
            {"model_type": "qwen3_moe", "hidden_size": 2048, "num_hidden_layers": 48, "num_attention_heads": 32,
             "num_key_value_heads": 4, "head_dim": 128, "intermediate_size": 6144, "moe_intermediate_size": 768,
             "num_experts": 128, "num_experts_per_tok": 8, "decoder_sparse_step": 1, "mlp_only_layers": [],
             "vocab_size": 151936}""";
    private static final String DEEPSEEK_V3 = """
            {"model_type": "deepseek_v3", "hidden_size": 7168, "num_hidden_layers": 61, "num_attention_heads": 128,
             "num_key_value_heads": 128, "q_lora_rank": 1536, "kv_lora_rank": 512, "qk_nope_head_dim": 128,
             "qk_rope_head_dim": 64, "v_head_dim": 128, "intermediate_size": 18432, "moe_intermediate_size": 2048,
             "n_routed_experts": 256, "n_shared_experts": 1, "num_experts_per_tok": 8, "first_k_dense_replace": 3,
             "vocab_size": 129280}""";

    @TempDir
    private Path folder;

    @Test
    void aDenseModelTakesAllItsWeights() throws IOException {
        ModelFlops flops = read(LLAMA_3_8B);

        // 8,030,261,248 weights, of which 65 norms of 4096 are no matrices; the embeddings are looked up.
        double embeddings = 128_256.0 * 4096;
        assertThat(flops.perToken()).isEqualTo(2 * (8_030_261_248.0 - 65 * 4096 - 2 * embeddings));
        assertThat(flops.perOutputToken()).isEqualTo(2 * embeddings);
        assertThat(flops.perPair()).isEqualTo(4.0 * 32 * 4096);
        // PaLM, appendix B: the same by its rule of thumb.
        assertThat(flops.of(1, 1, 0)).isEqualTo(2 * flops.perToken() + flops.perOutputToken());
    }

    @Test
    void ofExpertsATokenMeetsThoseThatItIsSentTo() throws IOException {
        assertThat(activeParameters(read(MIXTRAL_8X7B), 32_000.0 * 4096)).isCloseTo(12.9e9, withinPercentage(0.5));
        assertThat(activeParameters(read(QWEN3_30B_A3B), 151_936.0 * 2048)).isCloseTo(3.35e9, withinPercentage(1));
        assertThat(activeParameters(read(DEEPSEEK_V3), 0)).isCloseTo(37e9, withinPercentage(2));
    }

    @Test
    void layersWithoutExpertsAreDense() throws IOException {
        ModelFlops all = read(QWEN3_30B_A3B);
        ModelFlops some = read(QWEN3_30B_A3B.replace("\"mlp_only_layers\": []", "\"mlp_only_layers\": [0, 7]"));

        // 3 * 2048 * 6144 in place of eight of 768, and of the router: the same width but for that.
        assertThat(all.perToken() - some.perToken()).isEqualTo(2 * 2 * 2048.0 * 128);
    }

    @Test
    void theModelOfWordsIsFoundInsideOneThatSees() throws IOException {
        assertThat(read("{\"model_type\": \"llava\", \"text_config\": " + LLAMA_3_8B + "}"))
                .isEqualTo(read(LLAMA_3_8B));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"model_type\": \"mamba\"} | model_type \"mamba\" is not allowed: cohere, deepseek_v2",
                "[] | model_type \"\" is not allowed",
                "{} | model_type \"\" is not allowed",
                "{\"model_type\": \"llama\"} | hidden_size: nothing is not allowed: a number from 1",
                "{\"model_type\": \"llama\", \"hidden_size\": \"4096\"} | hidden_size: \"4096\" is not allowed",
                "{\"model_type\": \"llama\", \"hidden_size\": -4} | hidden_size: -4 is not allowed",
                "{\"model_type\": \"llama\", \"hidden_size\": 1e300} | hidden_size: 1.0E300 is not allowed",
                "{\"model_type\": | :1: no JSON"
            })
    void whatIsNoConfigurationIsToldByFileAndField(String text, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("config.json")
                .hasMessageContaining(message);
    }

    private static double activeParameters(ModelFlops flops, double embeddings) {
        return (flops.perToken() + flops.perOutputToken()) / 2 + embeddings;
    }

    private ModelFlops read(String text) throws IOException {
        return ModelConfiguration.read(Files.writeString(folder.resolve("config.json"), text));
    }
}
