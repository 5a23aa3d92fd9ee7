package io.joulegram.agent.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds {@code docs/simulated-server.md} to the code. */
final class SimulatedServerManualTest {
    private static final Path MANUAL = Path.of("..", "docs", "simulated-server.md");

    @Test
    void modelsAreThoseThatCanBeNamed() throws IOException {
        assertRows("| `--model` |", ModelShape.names().stream().map(name -> {
            ModelShape model = ModelShape.named(name).orElseThrow();
            return row(
                    "| `%s` | %.2fe9 | %d | %d of %d | %d KiB | %d |",
                    name,
                    model.parameters() / 1e9,
                    model.layers(),
                    model.keyValueHeads(),
                    model.heads(),
                    model.keyValueBytesPerToken() >> 10,
                    model.contextTokens());
        }));
    }

    @Test
    void acceleratorsAreThoseThatCanBeNamed() throws IOException {
        assertRows("| `--gpu` |", AcceleratorShape.names().stream().map(name -> {
            AcceleratorShape gpu = AcceleratorShape.named(name).orElseThrow();
            return row(
                    "| `%s` | %s | %.0f | %.0f | %d GiB | %d | %d |",
                    name,
                    gpu.product(),
                    gpu.peakFlops() / 1e12,
                    gpu.bandwidthBytesPerSecond() / 1e9,
                    gpu.memoryBytes() >> 30,
                    gpu.idleMilliwatts() / 1000,
                    gpu.maxMilliwatts() / 1000);
        }));
    }

    @Test
    void batchesTakeWhatTheTableSays() throws IOException {
        assertRows(
                "| model, GPU, context | batch |",
                Stream.concat(
                        Stream.of(1, 2, 4, 8, 16, 22).map(batch -> sweepRow("llama-2-7b", "a100-40gb", 1000, batch)),
                        Stream.of(1, 8, 32, 128, 256).map(batch -> sweepRow("llama-3-8b", "h100", 500, batch))));
    }

    private static String sweepRow(String model, String gpu, int context, int batch) {
        AcceleratorShape accelerator = AcceleratorShape.named(gpu).orElseThrow();
        PhaseWork decode = PhaseWork.NONE;
        for (int sequence = 0; sequence < batch; sequence++) {
            decode = decode.plus(1, context);
        }
        StepCost cost = new Roofline(ModelShape.named(model).orElseThrow(), accelerator, 1)
                .cost(new StepWork(PhaseWork.NONE, decode, batch));
        double seconds = cost.nanos() / 1e9;
        double watts = accelerator.idleMilliwatts() / 1e3 + cost.decodeMicrojoules() / 1e6 / seconds;
        return row(
                "| %s, %s, %d | %d | %.1f ms | %.0f | %.0f W | %.3f J |",
                model, gpu, context, batch, 1000 * seconds, batch / seconds, watts, watts * seconds / batch);
    }

    private static String row(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }

    /** The rows of the table whose head begins like this. */
    private static void assertRows(String head, Stream<String> rows) throws IOException {
        List<String> table = Files.readString(MANUAL)
                .lines()
                .dropWhile(line -> !line.startsWith(head))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
        assertThat(table).containsExactlyElementsOf(rows.toList());
    }
}
