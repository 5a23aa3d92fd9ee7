package io.joulegram.dashboards.preview;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Lines over time, or areas upon one another. A time without values is a gap. */
final class TimeSeriesDrawer implements PanelDrawer {
    private static final double AXIS_WIDTH = 100;
    private static final double AXIS_HEIGHT = 18;
    private static final double LEGEND_HEIGHT = 32;

    /** A series between two lines, by the instants of the range; NaN where there is none. */
    private record Layer(Series series, String colour, List<Double> bottom, List<Double> top, boolean right) {}

    @Override
    public void draw(Panel panel, List<Series> data, Moment moment, Svg svg, Box box) {
        List<Double> instants = moment.instants();
        List<Layer> layers = layers(panel, data, instants);
        Optional<UnitText> rightUnit = panel.rightUnit();
        Box plot = box.without(AXIS_WIDTH, 6, rightUnit.isPresent() ? AXIS_WIDTH : 8, AXIS_HEIGHT + LEGEND_HEIGHT);
        ValueAxis left = axis(layers, false, panel.bound("min"), panel.bound("max"), panel.unit(), plot);
        left.draw(svg, false);
        ValueAxis right = rightUnit
                .map(unit -> axis(layers, true, OptionalDouble.empty(), OptionalDouble.empty(), unit, plot))
                .orElse(left);
        if (rightUnit.isPresent()) {
            right.draw(svg, true);
        }
        TimeAxis time = new TimeAxis(moment, plot);
        time.draw(svg);
        for (Layer layer : layers) {
            draw(layer, panel.stacked(), instants, time, layer.right() ? right : left, svg);
        }
        Legend.draw(
                layers.stream()
                        .map(layer -> new Legend.Entry(layer.series().name(), layer.colour()))
                        .toList(),
                svg,
                new Box(box.x() + 8, box.bottom() - LEGEND_HEIGHT, box.width() - 16, LEGEND_HEIGHT));
    }

    private static List<Layer> layers(Panel panel, List<Series> data, List<Double> instants) {
        List<Layer> layers = new ArrayList<>();
        double[] height = new double[instants.size()];
        for (int i = 0; i < data.size(); i++) {
            Series series = data.get(i);
            List<Double> bottom = new ArrayList<>();
            List<Double> top = new ArrayList<>();
            for (int k = 0; k < instants.size(); k++) {
                double value = series.at(instants.get(k));
                bottom.add(height[k]);
                top.add(height[k] + value);
                if (panel.stacked() && Double.isFinite(value)) {
                    height[k] += value;
                }
            }
            layers.add(new Layer(series, Palette.ofSeries(i), bottom, top, panel.isRight(series.refId())));
        }
        return layers;
    }

    private static ValueAxis axis(
            List<Layer> layers, boolean right, OptionalDouble min, OptionalDouble max, UnitText unit, Box plot) {
        double low = Double.POSITIVE_INFINITY;
        double high = Double.NEGATIVE_INFINITY;
        for (Layer layer : layers) {
            for (double value : layer.top()) {
                if (layer.right() == right && Double.isFinite(value)) {
                    low = Math.min(low, value);
                    high = Math.max(high, value);
                }
            }
        }
        if (low > high) {
            return new ValueAxis(0, 1, min, max, unit, plot);
        }
        // What never falls below 0 begins there, unless all of it is far from it.
        boolean fromZero = low >= 0 && low < 0.5 * high;
        return new ValueAxis(fromZero ? 0 : low, high, min, max, unit, plot);
    }

    private static void draw(
            Layer layer, boolean stacked, List<Double> instants, TimeAxis time, ValueAxis axis, Svg svg) {
        StringBuilder line = new StringBuilder();
        StringBuilder area = new StringBuilder();
        int begin = 0;
        while (begin < instants.size()) {
            int end = begin;
            while (end < instants.size() && Double.isFinite(layer.top().get(end))) {
                end++;
            }
            if (end > begin) {
                line.append(points(layer.top(), begin, end, 1, instants, time, axis, 'M'));
                if (end == begin + 1) {
                    // A single value would have no length.
                    line.append("h1");
                }
                area.append(points(layer.top(), begin, end, 1, instants, time, axis, 'M'))
                        .append(points(layer.bottom(), begin, end, -1, instants, time, axis, 'L'))
                        .append('Z');
            }
            begin = end + 1;
        }
        if (stacked) {
            svg.path(area.toString(), "none", layer.colour(), 0.3);
        }
        svg.path(line.toString(), layer.colour(), "none", 1);
    }

    private static String points(
            List<Double> values,
            int begin,
            int end,
            int direction,
            List<Double> instants,
            TimeAxis time,
            ValueAxis axis,
            char first) {
        StringBuilder points = new StringBuilder();
        double x = 0;
        double y = 0;
        for (int i = 0; i < end - begin; i++) {
            int k = direction > 0 ? begin + i : end - 1 - i;
            double toX = tenths(time.x(instants.get(k)));
            double toY = tenths(axis.y(values.get(k)));
            // From point to point: half as long as places on the page.
            points.append(i == 0 ? first : 'l')
                    .append(Svg.number(toX - x))
                    .append(' ')
                    .append(Svg.number(toY - y));
            x = toX;
            y = toY;
        }
        return points.toString();
    }

    /** Rounded as it is written, so that no errors add up. */
    private static double tenths(double pixels) {
        return Math.round(10 * pixels) / 10.0;
    }
}
