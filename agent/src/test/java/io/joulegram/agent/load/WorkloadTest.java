package io.joulegram.agent.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WorkloadTest {
    @TempDir
    private Path folder;

    @Test
    void logNormalLengthsHaveTheirMean() {
        LogNormalLengths lengths = new LogNormalLengths(600, 200, 0.8);
        Random random = new Random(1);
        double[] prompts = IntStream.range(0, 50_000)
                .mapToDouble(i -> lengths.next(random).promptTokens())
                .toArray();
        double mean = Arrays.stream(prompts).average().orElseThrow();
        // Those that are cut off at eight times the mean are one in some hundred.
        assertThat(mean).isBetween(585.0, 610.0);
        assertThat(Arrays.stream(prompts).max().orElseThrow()).isLessThanOrEqualTo(4_800);
    }

    @Test
    void conversationsAreFilteredAsThePaperDoes() throws IOException {
        String longText = "word ".repeat(2_000);
        Path file = Files.writeString(
                folder.resolve("s.json"),
                "[{\"id\":1,\"conversations\":[{\"from\":\"human\",\"value\":\"How far is the moon from here?\"},"
                        + "{\"from\":\"gpt\",\"value\":\"About 384,400 km, on average.\"}]},"
                        + "{\"conversations\":[{\"value\":\"only one turn, which is not enough\"}]},"
                        + "{\"conversations\":[{\"value\":\"hi\"},{\"value\":\"an answer to a short prompt\"}]},"
                        + "{\"conversations\":[{\"value\":\"" + longText
                        + "\"},{\"value\":\"an answer to a long prompt\"}]},"
                        + "{\"conversations\":[{\"value\":\"a good prompt, but short\"},{\"value\":\"" + longText
                        + "\"}]},"
                        + "{\"other\":true}]");
        assertThatThrownBy(() -> ShareGptFile.read(file, 50))
                .hasMessageContaining(": its prompts take more than a quarter of the heap")
                .hasMessageContaining("java -Xmx4g");
        ShareGptFile conversations = ShareGptFile.read(file);
        assertThat(conversations.size()).isEqualTo(1);
        RequestShape shape = conversations.next(new Random(0));
        assertThat(shape.text()).contains("How far is the moon from here?");
        assertThat(shape.promptTokens()).isEqualTo(8);
        assertThat(shape.outputTokens()).isEqualTo(8);
    }

    @Test
    void saysWhatIsWrongWithAFile() throws IOException {
        Path none = Files.writeString(folder.resolve("none.json"), "[]");
        assertThatThrownBy(() -> ShareGptFile.read(none)).hasMessageContaining("none.json has no conversation");
        Path object = Files.writeString(folder.resolve("object.json"), "{}");
        assertThatThrownBy(() -> ShareGptFile.read(object)).hasMessageContaining("object.json:1: must be a list");
        Path broken = Files.writeString(folder.resolve("broken.json"), "[{\"a\":");
        assertThatThrownBy(() -> ShareGptFile.read(broken)).hasMessageContaining("broken.json cannot be read");
        assertThatThrownBy(() -> ShareGptFile.read(folder.resolve("absent")))
                .hasMessageContaining("absent cannot be read");
    }

    @Test
    void addressesAreThoseOfServers() {
        assertThat(Target.parse("http://host:8000/v1/")).hasToString("http://host:8000/");
        assertThat(Target.parse("https://host/prefix")).hasToString("https://host/prefix/");
        assertThatThrownBy(() -> Target.parse("host:8000")).hasMessageContaining("allowed: http://HOST:PORT");
        assertThatThrownBy(() -> Target.parse("ftp://host")).hasMessageContaining("allowed: http://HOST:PORT");
    }
}
