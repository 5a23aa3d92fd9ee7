package io.joulegram.dashboards.preview;

import io.joulegram.dashboards.preview.Panel.Mapping;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A bar for each series, whose colour tells its value over time. */
final class StateTimelineDrawer implements PanelDrawer {
    private static final double LEGEND_HEIGHT = 18;
    private static final double AXIS_HEIGHT = 16;

    @Override
    public void draw(Panel panel, List<Series> data, Moment moment, Svg svg, Box box) {
        Map<String, Mapping> mappings = panel.mappings();
        Box rows = box.without(box.width() * 0.28, 0, 0, LEGEND_HEIGHT + AXIS_HEIGHT);
        int shown = Math.max(1, Math.min(data.size(), (int) (rows.height() / 9)));
        double step = rows.height() / shown;
        TimeAxis axis = new TimeAxis(moment, rows);
        for (int i = 0; i < shown; i++) {
            Series series = data.get(i);
            double y = rows.y() + i * step;
            double height = Math.min(20, step * 0.9);
            svg.text(box.x(), y + height / 2 + 4, series.name(), Font.SMALL, Svg.Anchor.START, box.width() * 0.27);
            bar(series, mappings, moment, axis, svg, y, height);
        }
        axis.draw(svg);
        Legend.draw(
                mappings.values().stream()
                        .map(mapping -> new Legend.Entry(mapping.text(), mapping.colour()))
                        .toList(),
                svg,
                new Box(box.x(), box.bottom() - LEGEND_HEIGHT, box.width(), LEGEND_HEIGHT));
    }

    private static void bar(
            Series series,
            Map<String, Mapping> mappings,
            Moment moment,
            TimeAxis axis,
            Svg svg,
            double y,
            double height) {
        List<Double> instants = moment.instants();
        int begin = 0;
        while (begin < instants.size()) {
            double value = series.at(instants.get(begin));
            int end = begin + 1;
            while (end < instants.size() && Double.compare(series.at(instants.get(end)), value) == 0) {
                end++;
            }
            if (Double.isFinite(value)) {
                double x = axis.x(instants.get(begin));
                double until = axis.x(end < instants.size() ? instants.get(end) : moment.toSeconds());
                Mapping mapping = mappings.get(new UnitText("none", OptionalInt.empty()).of(value));
                svg.rect(new Box(x, y, until - x, height), mapping == null ? Palette.FAINT_TEXT : mapping.colour());
            }
            begin = end;
        }
    }
}
