package io.joulegram.agent.gpu;

import de.siegmar.fastcsv.reader.NamedCsvRecord;
import io.joulegram.table.ShippedTable;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * Operations a second that GPUs could do at most, dense, by name and precision. From the makers' data sheets, row by row in
 * {@code peaks.csv}; what they tell with sparsity is halved. Immutable.
 */
public final class GpuPeaks {
    private static final double TERA = 1e12;

    /** One row. */
    private record Row(GpuName name, Map<Precision, Double> teraflops) {}

    private final List<Row> rows;

    private GpuPeaks(List<Row> rows) {
        this.rows = rows;
    }

    /** Reads the table that is shipped. */
    public static GpuPeaks load() {
        return new GpuPeaks(ShippedTable.rows(GpuPeaks.class, "peaks.csv").stream()
                .map(GpuPeaks::row)
                .toList());
    }

    private static Row row(NamedCsvRecord told) {
        Map<Precision, Double> teraflops = new EnumMap<>(Precision.class);
        for (Precision precision : Precision.values()) {
            String text = told.getField(precision.label());
            if (!text.isEmpty()) {
                teraflops.put(precision, Double.parseDouble(text));
            }
        }
        return new Row(GpuName.parse(told.getField("name")), teraflops);
    }

    /**
     * The peak of one GPU.
     *
     * @param name as the driver tells it, such as {@code NVIDIA H100 80GB HBM3}
     * @return operations a second; empty if the GPU is not in the table, or not at this precision
     */
    public OptionalDouble flops(String name, Precision precision) {
        GpuName told = GpuName.parse(name);
        return rows.stream()
                .filter(row -> row.name.isSameProduct(told))
                .max(Comparator.comparingInt(row -> told.likeness(row.name.forms())))
                .map(row -> row.teraflops.get(precision))
                .map(teraflops -> OptionalDouble.of(teraflops * TERA))
                .orElseGet(OptionalDouble::empty);
    }
}
