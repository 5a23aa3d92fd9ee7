package io.joulegram.agent.cli;

import io.joulegram.agent.bench.BenchDocument;
import io.joulegram.agent.bench.Estimate;
import io.joulegram.agent.bench.Figure;
import io.joulegram.agent.bench.PointResult;
import io.joulegram.agent.report.BatchTable;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a sweep has measured, from a file of either form: the result of a benchmark, or CSV. */
final class BatchFile {
    private BatchFile() {}

    /** @throws IllegalArgumentException if it cannot be read or has no point with energy; the message says where and why */
    static BatchTable read(Path file) {
        if (!file.toString().toLowerCase(Locale.ROOT).endsWith(".json")) {
            return BatchTable.read(file);
        }
        List<BatchTable.Row> rows = BenchDocument.read(file).points().stream()
                .flatMap(point -> row(point).stream())
                .toList();
        if (rows.isEmpty()) {
            throw new IllegalArgumentException(file + " has no point with energy, tokens and latency");
        }
        return BatchTable.of(rows);
    }

    private static Optional<BatchTable.Row> row(PointResult point) {
        Optional<Double> joules = value(point, Figure.HOST_JOULES_PER_OUTPUT_TOKEN);
        Optional<Double> speed = value(point, Figure.OUTPUT_TOKENS_PER_SECOND);
        Optional<Double> tokens = value(point, Figure.OUTPUT_TOKENS_MEAN);
        Optional<Double> latency = value(point, Figure.LATENCY_MEAN);
        if (joules.isEmpty() || speed.isEmpty() || tokens.isEmpty() || latency.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new BatchTable.Row(point.label(), joules.get(), speed.get(), tokens.get(), latency.get()));
    }

    private static Optional<Double> value(PointResult point, Figure figure) {
        return Optional.ofNullable(point.figures().get(figure))
                .map(Estimate::value)
                .filter(value -> value > 0);
    }
}
