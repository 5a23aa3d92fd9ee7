package io.joulegram.host;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KubernetesContainersTest {
    private static final String ID = "0123456789abcdef".repeat(4);

    @TempDir
    Path directory;

    @Test
    void namesAreReadFromTheLinksToLogs() throws IOException {
        Files.createSymbolicLink(
                directory.resolve("vllm-7d9c-x2k_llm-prod_vllm-server-" + ID + ".log"), Path.of("/nowhere"));
        Files.createFile(directory.resolve("a.b_c_d-" + "f".repeat(64) + ".log"));
        Files.createFile(directory.resolve("x_y_" + ID + ".log"));
        Files.createFile(directory.resolve("X_y_z-" + "1".repeat(64) + ".log"));
        Files.createFile(directory.resolve("y_z-" + "2".repeat(64) + ".log"));

        assertThat(new KubernetesContainers(directory).byId())
                .isEqualTo(Map.of(
                        ID,
                        new KubernetesContainer("llm-prod", "vllm-7d9c-x2k", "vllm-server"),
                        "f".repeat(64),
                        new KubernetesContainer("c", "a.b", "d")));
    }

    @Test
    void elsewhereThereAreNone() {
        assertThat(new KubernetesContainers(directory.resolve("none")).byId()).isEmpty();
    }
}
