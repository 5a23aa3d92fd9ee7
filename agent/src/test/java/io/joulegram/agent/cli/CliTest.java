package io.joulegram.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigFlag;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.agent.config.ListenAddress;
import io.joulegram.agent.config.LogLevel;
import io.joulegram.tokens.ServerTarget;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CliTest {
    private static final int DAEMON_STATUS = 42;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<AgentConfig> started = new ArrayList<>();

    @TempDir
    Path directory;

    @Test
    void printsItsHelpWhenNothingIsAsked() {
        assertThat(execute()).isZero();
        assertThat(out.toString()).startsWith("Usage: joulegram").contains("run", "config");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void quiesceRefusesATimeThatIsNone() {
        assertThat(execute("quiesce", "--for", "2d")).isEqualTo(Cli.WRONG);
        assertThat(err.toString()).contains("--for: \"2d\" has an unknown unit; allowed: a duration from 1s to 24h");
    }

    @Test
    void quiesceAndResumeSayThatNoAgentAnswers() {
        String socket = directory.resolve("control.sock").toString();
        for (String command : List.of("quiesce", "resume")) {
            assertThat(execute(command, "--socket", socket)).isEqualTo(1);
        }
        assertThat(err.toString()).contains("no agent answers on " + socket, "--socket FILE");
    }

    @Test
    void printsItsVersion() {
        assertThat(execute("--version")).isZero();
        assertThat(out.toString()).matches("joulegram \\S+ \\(revision \\S+, Java \\S+\\)\\R");
    }

    @Test
    void helpOfRunNamesEveryFlag() {
        assertThat(execute("run", "--help")).isZero();
        assertThat(ConfigFlag.all())
                .allSatisfy(flag -> assertThat(out.toString()).contains(flag.name() + "=" + flag.label()));
    }

    @Test
    void runStartsTheDaemonWithTheDefaults() {
        assertThat(execute("run")).isEqualTo(DAEMON_STATUS);
        assertThat(started).containsExactly(AgentConfig.defaults());
    }

    @Test
    void runTakesEveryFlag() {
        int status = execute(
                "run",
                "--web.listen-address=[::1]:0",
                "--path.sysfs=/host/sys",
                "--path.procfs=/host/proc",
                "--nvml.library=/opt/libnvidia-ml.so",
                "--sampling.interval",
                "50ms",
                "--server=auto",
                "--server",
                "vllm+http://host:8000",
                "--grid.intensity=380.5",
                "--grid.zone=DE",
                "--pue=1.3",
                "--ledger.path=none",
                "--log.level=warn");

        assertThat(status).isEqualTo(DAEMON_STATUS);
        AgentConfig config = started.get(0);
        assertThat(config.web().listenAddress()).isEqualTo(new ListenAddress("::1", 0));
        assertThat(config.path()).isEqualTo(new AgentConfig.Paths(Path.of("/host/sys"), Path.of("/host/proc")));
        assertThat(config.nvml().library()).contains(Path.of("/opt/libnvidia-ml.so"));
        assertThat(config.sampling().interval()).isEqualTo(Duration.ofMillis(50));
        assertThat(config.servers().auto()).isTrue();
        assertThat(config.servers().targets()).extracting(ServerTarget::name).containsExactly("host:8000");
        assertThat(config.grid().intensity()).hasValue(380.5);
        assertThat(config.grid().zone()).contains("DE");
        assertThat(config.pue()).isEqualTo(1.3);
        assertThat(config.log().level()).isEqualTo(LogLevel.WARN);
    }

    @Test
    void runReadsTheFileAndLetsFlagsWin() throws IOException {
        Path file = Files.writeString(directory.resolve("c.yaml"), "pue: 2\ngrid: {zone: DE}\n");

        assertThat(execute("run", "--config", file.toString(), "--pue", "1.5")).isEqualTo(DAEMON_STATUS);
        assertThat(started.get(0).pue()).isEqualTo(1.5);
        assertThat(started.get(0).grid().zone()).contains("DE");
    }

    @Test
    void runTellsAllProblemsAndStartsNothing() throws IOException {
        Path file = Files.writeString(directory.resolve("c.yaml"), "pue: 9\ngird: {}\n");

        assertThat(execute("run", "--config", file.toString(), "--sampling.interval=-1s"))
                .isEqualTo(2);
        assertThat(err.toString().lines())
                .containsExactly(
                        "--sampling.interval: \"-1s\" is not a number with a unit; allowed: a duration from 10ms to 10s"
                                + " (ms, s, m, h)",
                        file + ":1: pue: \"9\" is out of range; allowed: a number from 1 to 3",
                        file + ":2: gird: unknown key; did you mean grid?");
        assertThat(started).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    rnu                          | joulegram: unknown command "rnu"; did you mean run?
                    start                        | joulegram: unknown command "start"; there are config, quiesce, resume, run
                    --versoin                    | joulegram: unknown option "--versoin"; did you mean --version?
                    run now                      | joulegram run: unexpected argument "now"
                    run --sampling.intervall=1s  | joulegram run: unknown option "--sampling.intervall"; did you mean --sampling.interval?
                    run --grid.intensty 5        | joulegram run: unknown option "--grid.intensty"; did you mean --grid.intensity?
                    config check a -x            | joulegram config check: unknown option "-x"; there are --help, -h
                    run --pue                    | joulegram run: Missing required parameter for option '--pue' (RATIO)
                    run --pue 1 --pue 2          | joulegram run: option '--pue' (RATIO) should be specified only once
                    run --config                 | joulegram run: Missing required parameter for option '--config' (FILE)
                    config                       | joulegram config: Missing required subcommand
                    config chekc                 | joulegram config: unknown command "chekc"; did you mean check?
                    config check                 | joulegram config check: Missing required parameter: 'FILE'
                    config check a b             | joulegram config check: unexpected argument "b"
                    """)
    void wrongUsageIsAnsweredWith(String arguments, String message) {
        assertThat(execute(arguments.split(" "))).isEqualTo(2);
        String command = message.substring(0, message.indexOf(':'));
        assertThat(err.toString().lines()).containsExactly(message, "See '" + command + " --help'.");
        assertThat(out.toString()).isEmpty();
        assertThat(started).isEmpty();
    }

    @Test
    void namesEveryUnknownOption() {
        assertThat(execute("run", "--puee=1", "--log.levl=info")).isEqualTo(2);
        assertThat(err.toString().lines())
                .contains(
                        "joulegram run: unknown option \"--puee\"; did you mean --pue?",
                        "joulegram run: unknown option \"--log.levl\"; did you mean --log.level?");
    }

    @Test
    void takesArgumentsAsTheyAre() throws IOException {
        Path file = Files.writeString(directory.resolve("args"), "--pue=1.5");

        assertThat(execute("run", "@" + file)).isEqualTo(2);
        assertThat(err.toString()).contains("unexpected argument \"@" + file + "\"");
    }

    @Test
    void checkSaysThatAFileIsGood() throws IOException {
        Path file = Files.writeString(directory.resolve("c.yaml"), "pue: 1.2\n");

        assertThat(execute("config", "check", file.toString())).isZero();
        assertThat(out.toString().lines()).containsExactly(file + ": ok");
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void checkTellsEveryProblemOfAFile() throws IOException {
        Path file = Files.writeString(directory.resolve("c.yaml"), "pue: x\nlog: {level: loud}\n");

        assertThat(execute("config", "check", file.toString())).isEqualTo(1);
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString().lines())
                .containsExactly(
                        file + ":1: pue: \"x\" is not a number; allowed: a number from 1 to 3",
                        file + ":2: log.level: \"loud\" is none of these; allowed: `error`, `warn`, `info`, `debug`");
    }

    @Test
    void checkNamesAFileThatIsNotThere() {
        Path file = directory.resolve("missing.yaml");

        assertThat(execute("config", "check", file.toString())).isEqualTo(1);
        assertThat(err.toString().lines()).containsExactly(file + " does not exist");
    }

    private int execute(String... args) {
        ConfigLoader loader = new ConfigLoader(Map.of());
        ConfiguredTask task = config -> {
            started.add(config);
            return DAEMON_STATUS;
        };
        return new Cli(new PrintWriter(out, true), new PrintWriter(err, true))
                .add(ConfiguredCommand.create(loader, task))
                .add(ControlCommand.createQuiesce(Map.of()))
                .add(ControlCommand.createResume(Map.of()))
                .add(ConfigCheckCommand.create(loader))
                .execute(args);
    }
}
