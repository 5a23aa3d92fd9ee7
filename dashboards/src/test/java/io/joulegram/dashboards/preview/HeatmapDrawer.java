package io.joulegram.dashboards.preview;

import java.util.Comparator;
import java.util.List;

/** How many values lay in each band, from the cumulative buckets of a histogram. */
final class HeatmapDrawer implements PanelDrawer {
    private static final double AXIS_WIDTH = 78;
    private static final double AXIS_HEIGHT = 18;
    private static final double LABEL_HEIGHT = 12;

    @Override
    public void draw(Panel panel, List<Series> data, Moment moment, Svg svg, Box box) {
        List<Series> buckets = data.stream()
                .sorted(Comparator.comparingDouble(HeatmapDrawer::bound))
                .toList();
        List<Double> instants = moment.instants();
        double[][] counts = counts(buckets, instants);
        double most = 0;
        for (double[] row : counts) {
            for (double count : row) {
                most = Math.max(most, count);
            }
        }
        Box plot = box.without(AXIS_WIDTH, 6, 8, AXIS_HEIGHT + 6);
        TimeAxis time = new TimeAxis(moment, plot);
        double rowHeight = plot.height() / buckets.size();
        int rowsPerLabel = (int) Math.ceil(LABEL_HEIGHT / rowHeight);
        for (int row = 0; row < buckets.size(); row++) {
            double y = plot.bottom() - (row + 1) * rowHeight;
            double bound = bound(buckets.get(row));
            if (row % rowsPerLabel == 0) {
                String text = Double.isInfinite(bound) ? "above" : panel.unit().of(bound);
                svg.text(plot.x() - 6, y + 4, text, Font.SMALL, Svg.Anchor.END, AXIS_WIDTH - 8);
            }
            for (int k = 0; k < instants.size(); k++) {
                if (counts[row][k] > 0) {
                    double x = time.x(instants.get(k));
                    double width = Math.min(plot.right(), time.x(instants.get(k) + moment.stepSeconds())) - x;
                    svg.rect(new Box(x, y, width, rowHeight), Palette.heat(Math.sqrt(counts[row][k] / most)));
                }
            }
        }
        time.draw(svg);
    }

    /** What is in each bucket and not in the one below it. */
    private static double[][] counts(List<Series> buckets, List<Double> instants) {
        double[][] counts = new double[buckets.size()][instants.size()];
        for (int k = 0; k < instants.size(); k++) {
            double below = 0;
            for (int row = 0; row < buckets.size(); row++) {
                double upTo = buckets.get(row).at(instants.get(k));
                if (Double.isFinite(upTo)) {
                    counts[row][k] = Math.max(0, upTo - below);
                    below = Math.max(below, upTo);
                }
            }
        }
        return counts;
    }

    private static double bound(Series bucket) {
        String le = bucket.labels().getOrDefault("le", "");
        return le.equals("+Inf") ? Double.POSITIVE_INFINITY : Double.parseDouble(le);
    }
}
