package io.joulegram.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What is packaged for Kubernetes, against the keys that there are. */
class DaemonSetTest {
    @TempDir
    Path directory;

    private final List<Map<?, ?>> documents = new ArrayList<>();

    private Object at(String kind, String... path) {
        Object node = documents.stream()
                .filter(document -> kind.equals(document.get("kind")))
                .findFirst()
                .orElseThrow();
        for (String step : path) {
            Object next = step.matches("[0-9]+")
                    ? ((List<?>) node).get(Integer.parseInt(step))
                    : ((Map<?, ?>) node).get(step);
            node = Objects.requireNonNull(next, step);
        }
        return node;
    }

    @Test
    void itsConfigurationIsValidAndWhatItNamesIsMounted() throws Exception {
        String yaml = Files.readString(Path.of("../packaging/kubernetes/daemonset.yaml"));
        new Load(LoadSettings.builder().build())
                .loadAllFromString(yaml)
                .forEach(document -> documents.add((Map<?, ?>) document));
        MadeCertificate authority = MadeCertificate.make(directory, "ca", "EC");
        Path file = Files.writeString(
                directory.resolve("joulegram.yaml"),
                at("ConfigMap", "data", "joulegram.yaml") + "\nworkloads.kubernetes.ca-file: " + authority.certFile());

        AgentConfig config = new ConfigLoader(Map.of()).load(file, List.of());

        String mounts = String.valueOf(at("DaemonSet", "spec", "template", "spec", "containers", "0", "volumeMounts"));
        AgentConfig.Workloads workloads = config.workloads();
        assertThat(workloads.enabled()).isTrue();
        assertThat(workloads.kubernetes()).isPresent();
        assertThat(List.of(
                        config.path().sysfs(),
                        workloads.containerLogs(),
                        workloads.kubeletSocket().orElseThrow().getParent(),
                        config.ledger().path().orElseThrow().getParent()))
                .allSatisfy(path -> assertThat(mounts).contains("mountPath=" + path));
        assertThat(at("ClusterRole", "rules", "0", "verbs")).isEqualTo(List.of("list"));
        assertThat(yaml)
                .contains("port: \"13600\"")
                .contains(config.web().listenAddress().toString());
    }
}
