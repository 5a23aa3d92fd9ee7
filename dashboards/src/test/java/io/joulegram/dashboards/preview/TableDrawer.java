package io.joulegram.dashboards.preview;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Rows of labels and of the values of all queries that have the same labels, as the transformation merge makes them. */
final class TableDrawer implements PanelDrawer {
    private static final double ROW_HEIGHT = 24;

    /** A column: its name and what is in it by row. */
    private record Column(String name, List<String> cells, boolean isNumber) {}

    @Override
    public void draw(Panel panel, List<Series> data, Moment moment, Svg svg, Box box) {
        List<Column> columns = columns(panel, data);
        int rows = columns.get(0).cells().size();
        int shown = Math.max(1, Math.min(rows, (int) (box.height() / ROW_HEIGHT) - 1));
        double width = box.width() / columns.size();
        for (int i = 0; i < columns.size(); i++) {
            Column column = columns.get(i);
            double x = column.isNumber() ? box.x() + (i + 1) * width - 12 : box.x() + i * width;
            Svg.Anchor anchor = column.isNumber() ? Svg.Anchor.END : Svg.Anchor.START;
            svg.text(x, box.y() + 16, column.name(), Font.TITLE.in(Palette.named("blue")), anchor, width - 12);
            for (int row = 0; row < shown; row++) {
                double y = box.y() + (row + 1) * ROW_HEIGHT;
                svg.text(x, y + 16, column.cells().get(row), Font.PLAIN, anchor, width - 12);
            }
        }
        for (int row = 1; row <= shown; row++) {
            double y = box.y() + row * ROW_HEIGHT;
            svg.line(box.x(), y, box.right(), y, Palette.GRID);
        }
        if (shown < rows) {
            svg.text(
                    box.right() - 12,
                    box.bottom() + 6,
                    "+" + (rows - shown) + " rows",
                    Font.SMALL,
                    Svg.Anchor.END,
                    100);
        }
    }

    private static List<Column> columns(Panel panel, List<Series> data) {
        TreeSet<String> labels = new TreeSet<>();
        data.forEach(series -> labels.addAll(series.labels().keySet()));
        labels.removeIf(panel::isHidden);
        Map<Map<String, String>, Map<String, Double>> rows = new LinkedHashMap<>();
        for (Series series : data) {
            rows.computeIfAbsent(new TreeMap<>(series.labels()), key -> new TreeMap<>())
                    .put(field(panel, series.refId()), series.last());
        }
        List<Column> columns = new ArrayList<>();
        for (String label : labels) {
            columns.add(new Column(
                    label,
                    rows.keySet().stream()
                            .map(row -> row.getOrDefault(label, ""))
                            .toList(),
                    false));
        }
        for (Panel.Target target : panel.targets()) {
            String field = field(panel, target.refId());
            if (!panel.isHidden(field)) {
                UnitText unit = panel.columnUnit(field);
                List<String> cells = new ArrayList<>();
                for (Map<String, Double> row : rows.values()) {
                    Double value = row.get(field);
                    cells.add(value == null ? "" : unit.of(value));
                }
                columns.add(new Column(panel.columnName(field), cells, true));
            }
        }
        return columns;
    }

    /** As Grafana names what a query gives. */
    private static String field(Panel panel, String refId) {
        return panel.targets().size() == 1 ? "Value" : "Value #" + refId;
    }
}
