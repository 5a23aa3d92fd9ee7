package io.joulegram.agent.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.joulegram.power.Component;
import io.joulegram.tokens.CountingHost;
import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.ServerRole;
import io.joulegram.tokens.ServerTarget;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigLoaderTest {
    @TempDir
    Path directory;

    @Test
    void defaultsNeedNoFile() {
        AgentConfig config = AgentConfig.defaults();

        assertThat(config.web().listenAddress()).isEqualTo(new ListenAddress("127.0.0.1", 13600));
        assertThat(config.path()).isEqualTo(new AgentConfig.Paths(Path.of("/sys"), Path.of("/proc")));
        assertThat(config.nvml()).isEqualTo(new AgentConfig.Nvml(true, Optional.empty()));
        assertThat(config.rapl()).isEqualTo(new AgentConfig.Rapl(true, AgentConfig.Rapl.Access.AUTO));
        assertThat(config.sampling())
                .isEqualTo(new AgentConfig.Sampling(
                        Duration.ofMillis(100), Duration.ofMillis(100), Duration.ofMillis(20), Duration.ofSeconds(2)));
        assertThat(config.servers()).isEqualTo(new AgentConfig.Servers(true, List.of()));
        assertThat(config.tokens())
                .isEqualTo(new AgentConfig.Tokens(
                        Duration.ofSeconds(1), Duration.ofSeconds(5), 16_000_000, Duration.ofSeconds(15)));
        assertThat(config.grid().isChosen()).isFalse();
        assertThat(config.grid().maxAge()).isEqualTo(Duration.ofHours(2));
        assertThat(config.pue()).isEqualTo(1.0);
        assertThat(config.host())
                .isEqualTo(new AgentConfig.Host(
                        0,
                        AgentConfig.Host.PlatformMeter.NONE,
                        Optional.empty(),
                        OptionalInt.empty(),
                        OptionalDouble.empty()));
        assertThat(config.embodied().lifetimes()).containsEntry(Component.GPU, Duration.ofDays(1461));
        assertThat(config.log().level()).isEqualTo(LogLevel.INFO);
    }

    @Test
    void emptyTextsAndEmptySectionsChangeNothing() throws ConfigException {
        assertThat(load("")).isEqualTo(AgentConfig.defaults());
        assertThat(load("# only a comment\n")).isEqualTo(AgentConfig.defaults());
        assertThat(load("---\ngrid:\nsampling: {}\n")).isEqualTo(AgentConfig.defaults());
    }

    @Test
    void readsNestedDottedAndQuotedKeys() throws ConfigException {
        AgentConfig config = load("""
                sampling:
                  interval: 50ms
                sampling.hang-timeout: '1.5s'
                "embodied.lifetime": {gpu: 3y}
                tokens: {max-body: 8MiB}
                host: {gpus: 8, other-watts: 412.5}
                """);

        assertThat(config.sampling())
                .isEqualTo(new AgentConfig.Sampling(
                        Duration.ofMillis(50), Duration.ofMillis(50), Duration.ofMillis(20), Duration.ofMillis(1500)));
        assertThat(config.embodied().lifetimes())
                .containsEntry(Component.GPU, Duration.ofHours(3 * 8766))
                .containsEntry(Component.CPU, Duration.ofHours(5 * 8766));
        assertThat(config.tokens().maxBodyBytes()).isEqualTo(8 << 20);
        assertThat(config.host())
                .isEqualTo(new AgentConfig.Host(
                        412.5,
                        AgentConfig.Host.PlatformMeter.NONE,
                        Optional.empty(),
                        OptionalInt.of(8),
                        OptionalDouble.empty()));
    }

    @Test
    void readsServersOfEveryForm() throws ConfigException, IOException {
        Files.writeString(directory.resolve("token"), "from-file\n");

        AgentConfig config = load("""
                servers:
                  - auto
                  - http://127.0.0.1:8000/
                  - vllm+http://[::1]:8000
                  - url: https://llm.example.com
                    name: chat
                    engine: sglang
                    devices: [0, "1"]
                    deployment: chats
                    role: prefill
                    tokens: elsewhere
                    bearer-token: ${TOKEN}
                  - {url: "http://10.0.0.1:9000/m", bearer-token-file: token}
                """);

        assertThat(config.servers())
                .isEqualTo(new AgentConfig.Servers(
                        true,
                        List.of(
                                target("127.0.0.1:8000", "http://127.0.0.1:8000"),
                                target("[::1]:8000", "http://[::1]:8000", Optional.of("vllm"), Optional.empty()),
                                new ServerTarget(
                                        "chat",
                                        URI.create("https://llm.example.com"),
                                        Optional.of("sglang"),
                                        Optional.of("from-environment"),
                                        List.of("0", "1"),
                                        Optional.of("chats"),
                                        Optional.of(ServerRole.PREFILL),
                                        CountingHost.ELSEWHERE),
                                target(
                                        "10.0.0.1:9000",
                                        "http://10.0.0.1:9000/m",
                                        Optional.empty(),
                                        Optional.of("from-file")))));
    }

    @Test
    void serversMayBeOneWordOrUrl() throws ConfigException {
        assertThat(load("servers: none").servers()).isEqualTo(new AgentConfig.Servers(false, List.of()));
        assertThat(load("servers: [none]").servers()).isEqualTo(new AgentConfig.Servers(false, List.of()));
        assertThat(load("servers: []").servers()).isEqualTo(new AgentConfig.Servers(false, List.of()));
        assertThat(load("servers: http://gpu1").servers())
                .isEqualTo(new AgentConfig.Servers(false, List.of(target("gpu1:80", "http://gpu1"))));
    }

    @Test
    void readsEngineDefinitionsAndFootprints() throws ConfigException {
        AgentConfig config = load("""
                engines:
                  - name: mine
                    prompt-tokens: my:prompt
                    generation-tokens: my:generated
                    counts-at: finished
                    max-over: [tp_rank]
                embodied:
                  overrides:
                    - {component: gpu, device: 0, kg: 164, kg-low: 120, kg-high: 210}
                    - {component: other, lifetime: 6y}
                """);

        assertThat(config.engines())
                .containsExactly(new AgentConfig.Engine(
                        "mine",
                        "/metrics",
                        "my:prompt",
                        Optional.empty(),
                        "my:generated",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of("model_name"),
                        true,
                        EngineTraits.CountsAt.FINISHED,
                        List.of("tp_rank")));
        assertThat(config.embodied().overrides())
                .containsExactly(
                        new AgentConfig.Embodied.Footprint(
                                Component.GPU,
                                Optional.of("0"),
                                OptionalDouble.of(164),
                                OptionalDouble.of(120),
                                OptionalDouble.of(210),
                                Optional.empty()),
                        new AgentConfig.Embodied.Footprint(
                                Component.OTHER,
                                Optional.empty(),
                                OptionalDouble.empty(),
                                OptionalDouble.empty(),
                                OptionalDouble.empty(),
                                Optional.of(Duration.ofHours(6 * 8766))));
    }

    @Test
    void flagsWinOverTheFile() throws Exception {
        Path file = Files.writeString(
                directory.resolve("c.yaml"), "pue: 2\ngrid: {intensity: 100, zone: DE}\nservers: auto\n");

        AgentConfig config = loader().load(
                        file,
                        List.of(
                                new FlagValue("--pue", "1.2"),
                                new FlagValue("--grid.intensity", "none"),
                                new FlagValue("--server", "http://a:1"),
                                new FlagValue("--server", "http://b:2")));

        assertThat(config.pue()).isEqualTo(1.2);
        assertThat(config.grid().intensity()).isEmpty();
        assertThat(config.grid().zone()).contains("DE");
        assertThat(config.servers().auto()).isFalse();
        assertThat(config.servers().targets()).extracting(ServerTarget::name).containsExactly("a:1", "b:2");
    }

    @Test
    void tellsEveryProblemOfFileAndFlagsAtOnce() throws IOException {
        Path file = Files.writeString(directory.resolve("c.yaml"), """
                smapling:
                  interval: 5s
                web:
                  listen-adress: 127.0.0.1:80
                pue: 0.9
                log: {level: loud}
                """);

        ConfigException e = catchThrowableOfType(
                ConfigException.class, () -> loader().load(file, List.of(new FlagValue("--sampling.interval", "5"))));

        assertThat(e.problems())
                .extracting(Problem::text)
                .containsExactly(
                        "--sampling.interval: \"5\" has no unit; allowed: a duration from 10ms to 10s (ms, s, m, h)",
                        file + ":1: smapling: unknown key; did you mean sampling?",
                        file + ":4: web.listen-adress: unknown key; did you mean web.listen-address?",
                        file + ":5: pue: \"0.9\" is out of range; allowed: a number from 1 to 3",
                        file + ":6: log.level: \"loud\" is none of these; allowed: `error`, `warn`, `info`, `debug`");
    }

    @Test
    void neverShowsASecret() throws ConfigException {
        AgentConfig config = load("servers: [{url: 'http://a', bearer-token: hunter2}]");

        assertThat(config.servers().targets().get(0).bearerToken()).contains("hunter2");
        assertThat(config.toString()).contains("http://a").doesNotContain("hunter2");
    }

    @Test
    void namesFilesThatCannotBeRead() throws IOException {
        Path missing = directory.resolve("missing.yaml");
        Path large = Files.write(directory.resolve("large.yaml"), new byte[ConfigLoader.MAX_FILE_BYTES + 1]);
        Path latin = Files.write(directory.resolve("latin.yaml"), "# é".getBytes(StandardCharsets.ISO_8859_1));

        assertThat(problem(missing)).isEqualTo(missing + " does not exist");
        assertThat(problem(directory)).isEqualTo(directory + " is a directory");
        assertThat(problem(large)).startsWith(large + " is larger than 1 MiB");
        assertThat(problem(latin)).isEqualTo(latin + " is not UTF-8 text");
    }

    @Test
    void readsTheLargestFileThatIsAllowed() throws Exception {
        Path file = Files.writeString(directory.resolve("c.yaml"), "#".repeat(ConfigLoader.MAX_FILE_BYTES));

        assertThat(loader().load(file, List.of())).isEqualTo(AgentConfig.defaults());
    }

    private String problem(Path file) {
        return catchThrowableOfType(ConfigException.class, () -> loader().load(file, List.of()))
                .problems()
                .get(0)
                .text();
    }

    private AgentConfig load(String yaml) throws ConfigException {
        return loader().load("c.yaml", directory, yaml, List.of());
    }

    private static ConfigLoader loader() {
        return new ConfigLoader(Map.of("TOKEN", "from-environment"));
    }

    private static ServerTarget target(String name, String uri) {
        return target(name, uri, Optional.empty(), Optional.empty());
    }

    private static ServerTarget target(String name, String uri, Optional<String> engine, Optional<String> token) {
        return new ServerTarget(name, URI.create(uri), engine, token, List.of());
    }
}
