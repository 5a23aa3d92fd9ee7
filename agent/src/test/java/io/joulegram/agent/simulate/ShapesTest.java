package io.joulegram.agent.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

final class ShapesTest {
    /** The catalogue that embodied carbon rests on. */
    @Test
    void memoryAndPowerAreThoseOfTheCatalogueOfGpus() throws IOException {
        List<String> rows;
        try (InputStream catalogue =
                Objects.requireNonNull(ShapesTest.class.getResourceAsStream("/io/joulegram/agent/carbon/gpus.csv"))) {
            rows = new String(catalogue.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        }
        for (String name : AcceleratorShape.names()) {
            AcceleratorShape shape = AcceleratorShape.named(name).orElseThrow();
            String[] row = rows.stream()
                    .filter(line -> line.startsWith("NVIDIA," + shape.product() + ","))
                    .findFirst()
                    .orElseThrow()
                    .split(",", -1);
            assertThat(shape.memoryBytes() >> 30).as(name).isEqualTo(Long.parseLong(row[6]));
            assertThat(shape.maxMilliwatts()).as(name).isEqualTo(1000 * Long.parseLong(row[7]));
        }
    }

    @Test
    void parametersAreAboutWhatTheLayersNeed() {
        for (String name : ModelShape.names()) {
            ModelShape model = ModelShape.named(name).orElseThrow();
            double attention = 2.0 * model.hidden() * model.headDimension() * (model.heads() + model.keyValueHeads());
            double embeddings = (double) model.vocabulary() * model.hidden();
            // What is left is the feed-forward network: three matrices of 2.5 to 4 times the width each.
            double width = (model.parameters() - embeddings - model.layers() * attention)
                    / (3.0 * model.layers() * model.hidden() * model.hidden());
            assertThat(width).as(name).isBetween(2.5, 4.1);
        }
    }

    @Test
    void keysAndValuesOfLlama3TakeAnEighthOfAMebibyteAToken() {
        assertThat(ModelShape.named("llama-3-8b").orElseThrow().keyValueBytesPerToken())
                .isEqualTo(128 << 10);
    }

    @Test
    void aModelThatDoesNotFitSaysWhatItNeeds() {
        ModelShape large = ModelShape.named("llama-3-70b").orElseThrow();
        AcceleratorShape h100 = AcceleratorShape.named("h100").orElseThrow();

        assertThatThrownBy(() -> EngineSettings.of(large, h100, 1, 1))
                .hasMessage("llama-3-70b does not fit on 1 x h100: it needs 2 or more");
        assertThat(EngineSettings.of(large, h100, 2, 1).keyValueBlocks()).isPositive();
        assertThatThrownBy(() -> EngineSettings.of(large, h100, 65, 1))
                .hasMessage("--tensor-parallel: 65 is out of range; allowed: 1 to 64");
    }

    @Test
    void textIsCutEveryFourBytes() {
        assertThat(PromptTokens.ofText("").count()).isZero();
        assertThat(PromptTokens.ofText("abcd").count()).isEqualTo(1);
        assertThat(PromptTokens.ofText("abcde").count()).isEqualTo(2);
        String system = "s".repeat(64);
        assertThat(PromptTokens.ofText(system + "one").blocks())
                .isEqualTo(PromptTokens.ofText(system + "two").blocks());
        assertThat(PromptTokens.ofText("x" + system).blocks())
                .isNotEqualTo(PromptTokens.ofText("y" + system).blocks());
    }
}
