package io.joulegram.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.agent.bench.BenchPlan;
import io.joulegram.agent.bench.MfuRule;
import io.joulegram.agent.load.Pace;
import io.joulegram.agent.load.PromptForm;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

final class BenchCommandTest {
    @TempDir
    private Path folder;

    private static BenchPlan plan(String... args) throws Exception {
        CommandSpec spec =
                CommandSpec.wrapWithoutInspection((Runnable) () -> {}).name("bench");
        BenchOptions options = new BenchOptions(spec);
        options.addTo();
        return options.read(new CommandLine(spec).parseArgs(args), Path.of("bench.json"));
    }

    private static String refused(String... args) {
        StringWriter err = new StringWriter();
        int status = new Cli(new PrintWriter(new StringWriter()), new PrintWriter(err, true))
                .add(BenchCommand.create(InstantSource.system(), Map.of()))
                .execute(args);
        assertThat(status).isEqualTo(2);
        return err.toString();
    }

    @Test
    void oneClientWithOneLengthUnlessTold() throws Exception {
        BenchPlan plan = plan();
        assertThat(plan.target()).hasToString("http://127.0.0.1:8000/");
        assertThat(plan.paces()).containsExactly(new Pace.Concurrency(1));
        assertThat(plan.workloads()).hasSize(1);
        assertThat(plan.form()).isEqualTo(PromptForm.TOKENS);
        assertThat(plan.rules().duration()).isEqualTo(Duration.ofSeconds(30));
        assertThat(plan.agent()).isPresent();
        assertThat(plan.repeats()).isEqualTo(1);
    }

    @Test
    void aStudyHasTheSameNamesAndOptionsGoBefore() throws Exception {
        Path study = Files.writeString(folder.resolve("study.yml"), """
                name: batches
                rate: [4, 0.5, 2]
                prompt-tokens: [128, 256]
                output-tokens: 64
                duration: 5s
                repeats: 3
                peak-tflops: 312
                gpus: 4
                agent: none
                servers:
                  - name: one
                    command: serve --tp 1
                  - name: two
                    command: serve --tp 2
                """);
        BenchPlan plan = plan("--study", study.toString(), "--repeats", "2");
        assertThat(plan.name()).isEqualTo("batches");
        assertThat(plan.paces()).containsExactly(new Pace.Rate(0.5), new Pace.Rate(2), new Pace.Rate(4));
        assertThat(plan.points()).isEqualTo(12);
        assertThat(plan.repeats()).isEqualTo(2);
        assertThat(plan.mfu())
                .isEqualTo(
                        new MfuRule(Optional.empty(), Optional.empty(), OptionalDouble.of(312e12), OptionalInt.of(4)));
        assertThat(plan.agent()).isEmpty();
        assertThat(plan.servers()).hasSize(2);
        assertThat(plan.servers().get(1).command()).contains("serve --tp 2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--concurrency | 0 | --concurrency: \"0\" is not allowed: a whole number from 1 to 100000",
                "--concurrency | 1.9,2 | --concurrency: \"1.9\" is not allowed: a whole number",
                "--concurrency | 1,2d | --concurrency: \"2d\" is not allowed: a whole number",
                "--concurrency | 1e999999999 | --concurrency: \"1e999999999\" is not allowed: a whole number",
                "--gpus | 0.5 | --gpus: \"0.5\" is not allowed: a whole number from 1 to 1000000",
                "--precision | bf17 | --precision: \"bf17\" is none of tf32, bf16, fp16, fp8, int8, fp4; did you mean bf16?",
                "--repeats | 1.5 | --repeats: \"1.5\" is not allowed: a whole number from 1 to 100",
                "--seed | 1e-999999999 | --seed: \"1e-999999999\" is not allowed: a whole number from 0",
                "--vocabulary | 0x1p9 | --vocabulary: \"0x1p9\" is not allowed: a whole number",
                "--prompt-tokens | 512.5 | --prompt-tokens: \"512.5\" is not allowed: a whole number",
                "--output-tokens | NaN | --output-tokens: \"NaN\" is not allowed: a whole number",
                "--rate | 1f | --rate: \"1f\" is not allowed: a number from",
                "--concurrency | 1,x | --concurrency: \"x\" is not allowed",
                "--duration | 5 | --duration: ",
                "--api | chatt | --api: \"chatt\" is none of completions, chat; did you mean chat?",
                "--target | host | --target: \"host\" is not the address of a server",
                "--sharegpt | /no/such/file | /no/such/file cannot be read",
                "--study | /no/such/study | /no/such/study does not exist",
                "--agent-user | me | --agent-user: and agent-password-file need each other",
            })
    void saysWhatIsWrong(String option, String value, String message) {
        assertThat(refused("bench", option, value)).contains(message);
    }

    @Test
    void saysWhereAStudyIsWrong() throws Exception {
        for (Map.Entry<String, String> wrong : List.of(
                Map.entry("name: x\nconcurency: 3\n", ":2: concurency is no key of a study; did you mean concurrency?"),
                Map.entry("repeats: 3\nrepeats: 4\n", ":2: repeats is there twice"),
                Map.entry("duration: [5s\n", "not YAML"),
                Map.entry("rate: 1\nconcurrency: 1\n", ":1: rate: excludes concurrency"),
                Map.entry("servers: x\n", ":1: servers: allowed: a list of mappings"),
                Map.entry("servers:\n  - name: x\n", ":1: servers: allowed: a list of mappings with name"))) {
            Path study = Files.writeString(folder.resolve("s.yml"), wrong.getKey());
            assertThat(refused("bench", "--study", study.toString())).contains(wrong.getValue());
        }
    }

    @Test
    void aWholeNumberMayHaveAnExponent() throws Exception {
        BenchPlan plan = plan("--concurrency", "1e2,2.0", "--repeats", "3");
        assertThat(plan.paces()).containsExactly(new Pace.Concurrency(2), new Pace.Concurrency(100));
        assertThat(plan.repeats()).isEqualTo(3);
    }

    @Test
    void promptsBeyondTheHeapAreRefusedFirst() throws Exception {
        assertThat(refused("bench", "--concurrency", "100000", "--prompt-tokens", "8,1000000"))
                .contains("--prompt-tokens: 100000 requests at a time, with prompts of up to 1000000 tokens, take up to"
                        + " 700245 MB")
                .contains("or a larger heap: java -Xmx");
        assertThat(refused("bench", "--concurrency", "100000", "--lengths", "lognormal", "--output-tokens", "10000"))
                .contains("--prompt-tokens: 100000 requests at a time, with prompts of up to 4096 tokens, take up to");
        assertThat(plan("--concurrency", "100000", "--prompt-tokens", "1", "--output-tokens", "1")
                        .points())
                .isEqualTo(1);
    }

    @Test
    void anOpenLoopHasNoMoreOnTheirWayThanTheHeapTakes() throws Exception {
        assertThat(plan("--rate", "10").rules().maxInFlight()).isEqualTo(10_000);
        double heap = Runtime.getRuntime().maxMemory();
        assertThat(plan("--rate", "10", "--prompt-tokens", "1000000", "--output-tokens", "1")
                        .rules()
                        .maxInFlight())
                .isEqualTo((int) (heap / 2 / 7_000_016));
    }

    private Path key(String text) throws Exception {
        return Files.writeString(folder.resolve("key"), text);
    }

    @Test
    void aKeyIsOneLine() throws Exception {
        assertThat(plan("--api-key-file", key("\n  sk-a.b_c=\r\n\n").toString()).apiKey())
                .contains("sk-a.b_c=");
        for (Map.Entry<String, String> wrong : List.of(
                Map.entry("one\n\ntwo\n", "key:3: a second line; allowed: one line of visible ASCII characters"),
                Map.entry("\no\u0007ne\n", "key:2: a character that no key has; allowed: one line"),
                Map.entry("\u00fcber", "key:1: a character that no key has"),
                Map.entry("two words", "key:1: a character that no key has"),
                Map.entry(" \n", "key is empty; allowed: one line"),
                Map.entry("x".repeat(1 << 17), "key is too large; allowed: one line"))) {
            String said = refused("bench", "--api-key-file", key(wrong.getKey()).toString());
            assertThat(said).contains("--api-key-file: " + folder).contains(wrong.getValue());
            assertThat(said).as("the key is not shown").doesNotContain("two\n").doesNotContain("ber;");
        }
    }

    @Test
    void compareWantsTwo() {
        assertThat(refused("bench", "compare")).contains("FILE: compare takes 2 to 10 results, not 0");
        assertThat(refused("bench", "compare", "one.json")).contains("FILE");
        assertThat(refused("bench", "compare", "/no/a.json", "/no/b.json")).contains("/no/a.json cannot be read");
    }
}
