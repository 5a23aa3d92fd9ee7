package io.joulegram.dashboards.preview;

import java.util.List;

/** Big figures side by side. */
final class StatDrawer implements PanelDrawer {
    private static final double MAX_SIZE = 34;

    @Override
    public void draw(Panel panel, List<Series> data, Moment moment, Svg svg, Box box) {
        double width = box.width() / data.size();
        for (int i = 0; i < data.size(); i++) {
            Series series = data.get(i);
            String text = panel.unit().of(series.last());
            String colour = panel.thresholdColour(series.last()).orElse(Palette.ofSeries(i));
            double size = Math.min(MAX_SIZE, width / (0.6 * Math.max(4, text.length())));
            double middle = box.x() + (i + 0.5) * width;
            svg.text(
                    middle,
                    box.y() + box.height() / 2 + size / 3,
                    text,
                    new Font(size, true, colour),
                    Svg.Anchor.MIDDLE,
                    2 * width);
            if (data.size() > 1) {
                svg.text(middle, box.bottom() - 6, series.name(), Font.SMALL, Svg.Anchor.MIDDLE, width - 8);
            }
        }
    }
}
