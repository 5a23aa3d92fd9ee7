package io.joulegram.dashboards.preview;

import java.util.List;

/** Horizontal bars below one another. */
final class BarGaugeDrawer implements PanelDrawer {
    private static final double VALUE_WIDTH = 80;
    private static final double MAX_BAR = 22;

    @Override
    public void draw(Panel panel, List<Series> data, Moment moment, Svg svg, Box box) {
        double largest = data.stream().mapToDouble(Series::last).max().orElse(1);
        double max = panel.bound("max").orElse(largest);
        double min = panel.bound("min").orElse(0);
        int shown = Math.max(1, Math.min(data.size(), (int) (box.height() / 16)));
        double step = box.height() / shown;
        double nameWidth = box.width() * 0.46;
        double barWidth = box.width() - nameWidth - VALUE_WIDTH;
        for (int i = 0; i < shown; i++) {
            Series series = data.get(i);
            double value = series.last();
            String colour = panel.thresholdColour(value).orElse(Palette.ofSeries(i));
            double height = Math.min(MAX_BAR, step - 4);
            double y = box.y() + i * step + (step - height) / 2;
            double share = max > min ? Math.max(0, Math.min(1, (value - min) / (max - min))) : 0;
            svg.text(box.x(), y + height / 2 + 4, series.name(), Font.PLAIN, Svg.Anchor.START, nameWidth - 8);
            svg.rect(new Box(box.x() + nameWidth, y, barWidth, height), Palette.GRID);
            svg.rect(new Box(box.x() + nameWidth, y, share * barWidth, height), colour);
            svg.text(
                    box.right(),
                    y + height / 2 + 4,
                    panel.unit().of(value),
                    Font.PLAIN.in(colour),
                    Svg.Anchor.END,
                    VALUE_WIDTH);
        }
    }
}
