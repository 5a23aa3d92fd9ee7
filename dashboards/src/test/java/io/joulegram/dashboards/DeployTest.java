package io.joulegram.dashboards;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class DeployTest {
    private static final Path DEPLOY = Path.of("deploy");
    private static final Path PROVISIONING = Path.of("grafana", "provisioning");

    @TempDir
    Path directory;

    @Test
    void prometheusAcceptsItsConfiguration() throws Exception {
        Path promtool = Programs.promtool();
        Path rules = Files.createDirectory(directory.resolve("rules"));
        Files.copy(Path.of("prometheus", "joulegram-rules.yml"), rules.resolve("joulegram-rules.yml"));
        Path configuration = Files.copy(DEPLOY.resolve("prometheus.yml"), directory.resolve("prometheus.yml"));
        Programs.run(promtool, "check", "config", configuration.toString());
    }

    @Test
    void alertmanagerAcceptsItsConfiguration() throws Exception {
        Programs.run(
                Programs.amtool(),
                "check-config",
                DEPLOY.resolve("alertmanager.yml").toString());
    }

    @Test
    void whatIsMountedIsThere() throws IOException {
        Map<?, ?> services = (Map<?, ?>) yaml(DEPLOY.resolve("compose.yaml")).get("services");
        assertThat(services.keySet()).map(String::valueOf).containsExactly("prometheus", "alertmanager", "grafana");
        for (Object service : services.values()) {
            for (Object volume : (List<?>) ((Map<?, ?>) service).get("volumes")) {
                String host = String.valueOf(volume).split(":", -1)[0];
                if (host.startsWith(".")) {
                    assertThat(DEPLOY.resolve(host)).exists();
                }
            }
            // Energy readings are a side channel, so nothing listens beyond the host.
            assertThat(service.toString())
                    .containsAnyOf("web.listen-address=127.0.0.1:", "GF_SERVER_HTTP_ADDR=127.0.0.1");
        }
    }

    @Test
    void grafanaIsProvisionedFromWhereTheDashboardsAreMounted() throws IOException {
        Map<?, ?> provider = (Map<?, ?>) ((List<?>)
                        yaml(PROVISIONING.resolve("dashboards/joulegram.yml")).get("providers"))
                .get(0);
        String path = String.valueOf(((Map<?, ?>) provider.get("options")).get("path"));
        assertThat(Files.readString(DEPLOY.resolve("compose.yaml")))
                .contains("../grafana:" + path + ":ro", "../grafana/provisioning:/etc/grafana/provisioning:ro");
        Map<?, ?> source = (Map<?, ?>) ((List<?>)
                        yaml(PROVISIONING.resolve("datasources/prometheus.yml")).get("datasources"))
                .get(0);
        assertThat(source.get("type")).isEqualTo("prometheus");
        assertThat(Files.readString(DEPLOY.resolve("prometheus.yml")))
                .contains("scrape_interval: " + ((Map<?, ?>) source.get("jsonData")).get("timeInterval"));
    }

    @Test
    void theOperatorsManifestHasTheVeryRules() throws IOException {
        Map<?, ?> manifest = yaml(Path.of("prometheus", "joulegram-prometheusrule.yml"));
        assertThat(manifest.get("kind")).isEqualTo("PrometheusRule");
        assertThat(((Map<?, ?>) manifest.get("spec")).get("groups"))
                .isEqualTo(yaml(Path.of("prometheus", "joulegram-rules.yml")).get("groups"));
    }

    private static Map<?, ?> yaml(Path file) throws IOException {
        return (Map<?, ?>)
                new Load(LoadSettings.builder().setAllowDuplicateKeys(false).build())
                        .loadFromString(Files.readString(file));
    }
}
