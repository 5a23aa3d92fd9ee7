package io.joulegram.agent.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.MadePart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds {@code docs/configuration.md} and {@code docs/joulegram.example.yaml} to the code. */
final class ManualTest {
    private static final Path DOCS =
            Path.of(System.getProperty("basedir", ".")).resolve("../docs").normalize();

    private static final Map<String, List<ConfigKey>> ITEM_KEYS = Map.of(
            "servers", Keys.SERVER,
            "engines", Keys.ENGINE_DEFINITION,
            "embodied.overrides", Keys.EMBODIED_OVERRIDE,
            "calibration", Keys.CALIBRATION_OF_GPU,
            "budgets", Keys.BUDGET,
            "objectives", Keys.OBJECTIVE,
            "otlp.headers", Keys.OTLP_HEADER);

    @TempDir
    Path directory;

    @Test
    void exampleWritesOutTheDefaults() throws Exception {
        Path example = DOCS.resolve("joulegram.example.yaml");

        assertThat(new ConfigLoader(Map.of()).load(example, List.of())).isEqualTo(AgentConfig.defaults());
    }

    @Test
    void exampleHoldsEveryKeyWithItsDefault() throws Exception {
        Scope root = scope(Files.readString(DOCS.resolve("joulegram.example.yaml")));

        assertThat(Keys.ROOT)
                .allSatisfy(key -> assertThat(root.element(key))
                        .as(key.path())
                        .hasValueSatisfying(element -> assertThat(text(element.node()))
                                .isEqualTo(key.standard().orElseThrow())));
    }

    @Test
    void exampleOfListsIsValidAndHoldsEveryKey() throws Exception {
        String uncommented = Files.readString(DOCS.resolve("joulegram.example.yaml"))
                .replaceAll(
                        "(?m)^(servers: auto|engines: \\[]|budgets: \\[]|objectives: \\[]|calibration: \\[]| *overrides: \\[]"
                                + "| *resource-attributes: \\[]| *headers: \\[]| *labels: \\[])$",
                        "")
                .replaceAll("(?m)^#(?! )|^#(?= {2,})", "");
        Path file = Files.writeString(directory.resolve("joulegram.yaml"), uncommented);
        Files.writeString(directory.resolve("llm.token"), "s3cret\n");

        AgentConfig config =
                new ConfigLoader(Map.of("LLM_TOKEN", "s3cret", "OTLP_TOKEN", "s3cret")).load(file, List.of());

        assertThat(config.servers().targets()).hasSize(4);
        assertThat(config.engines()).hasSize(1);
        assertThat(config.embodied().overrides()).hasSize(1);
        assertThat(config.budgets()).hasSize(2);
        assertThat(config.objectives()).hasSize(1);
        assertThat(config.calibration()).hasSize(1);
        assertThat(config.otlp().headers())
                .containsExactly(
                        new AgentConfig.Otlp.Header("Authorization", "Bearer s3cret"),
                        new AgentConfig.Otlp.Header("X-Scope-OrgID", "s3cret"));
        assertThat(config.otlp().resourceAttributes()).isEqualTo(Map.of("deployment.environment.name", "prod"));
        assertThat(ITEM_KEYS.values().stream().flatMap(List::stream))
                .allSatisfy(key -> assertThat(uncommented).containsPattern("(?m)^[ -]+" + key.path() + ": "));
    }

    @Test
    void manualListsEveryKeyAsTheCodeHasIt() throws IOException {
        MadePart.assertUpToDate("configuration.md", "keys", table(Keys.ROOT));
        MadePart.assertUpToDate("configuration.md", "keys of the web file", table(WebKeys.SUPPORTED));
        List<String> rows = Files.readAllLines(DOCS.resolve("configuration.md")).stream()
                .filter(line -> line.startsWith("| `"))
                .toList();

        assertThat(rows)
                .isEqualTo(Stream.of(Keys.ROOT, WebKeys.SUPPORTED)
                        .flatMap(List::stream)
                        .flatMap(ManualTest::rows)
                        .toList());
    }

    private static List<String> table(List<ConfigKey> keys) {
        return Stream.concat(
                        Stream.of("| Key | Default | Allowed | Flag | Meaning |", "|---|---|---|---|---|"),
                        keys.stream().flatMap(ManualTest::rows))
                .toList();
    }

    private static Stream<String> rows(ConfigKey key) {
        Stream<String> items = ITEM_KEYS.getOrDefault(key.path(), List.of()).stream()
                .map(item -> row(key.path() + "[]." + item.path(), item));
        return Stream.concat(Stream.of(row(key.path(), key)), items);
    }

    private static String row(String path, ConfigKey key) {
        String standard = key.standard().map(text -> "`" + text + "`").orElse("required");
        String flag = key.flag().map(option -> "`" + option.name() + "`").orElse("");
        return "| `" + path + "` | " + standard + " | " + key.allowed() + " | " + flag + " | " + key.meaning() + " |";
    }

    private static Scope scope(String yaml) throws YamlException {
        YamlNode document = YamlParser.parse(yaml).orElseThrow();
        return new Scope(new Element(new Origin.File("example"), "", document), Keys.ROOT, new Problems());
    }

    private static String text(YamlNode node) {
        return node instanceof YamlNode.Scalar scalar ? scalar.text() : "[]";
    }
}
