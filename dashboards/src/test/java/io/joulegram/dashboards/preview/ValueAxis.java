package io.joulegram.dashboards.preview;

import java.util.OptionalDouble;

/** Values from bottom to top, with about five round marks. */
final class ValueAxis {
    private static final int MARKS = 5;

    private final double least;
    private final double most;
    private final double step;
    private final Box box;
    private final UnitText unit;

    /**
     * @param low the least value that is drawn
     * @param high the greatest
     * @param min where the axis must begin, if it is given
     * @param max where it must end, if it is given
     */
    ValueAxis(double low, double high, OptionalDouble min, OptionalDouble max, UnitText unit, Box box) {
        this.box = box;
        this.unit = unit;
        double from = min.orElse(low);
        double to = max.orElse(high);
        if (!(to > from)) {
            // One value alone, or none: around it, or from 0 to 1.
            double around = from == 0 ? 1 : Math.abs(from) * 0.1;
            from = min.isPresent() || from == 0 ? from : from - around;
            to = max.isPresent() && max.getAsDouble() > from ? to : Math.max(to, from) + around;
        }
        step = roundStep((to - from) / MARKS);
        least = min.isPresent() ? from : Math.floor(from / step) * step;
        most = max.isPresent() && to == max.getAsDouble() ? to : Math.ceil(to / step) * step;
    }

    private static double roundStep(double about) {
        double power = Math.pow(10, Math.floor(Math.log10(about)));
        double digits = about / power;
        return power * (digits <= 1 ? 1 : digits <= 2 ? 2 : digits <= 5 ? 5 : 10);
    }

    double y(double value) {
        double bounded = Math.max(least, Math.min(most, value));
        return box.bottom() - (bounded - least) / (most - least) * box.height();
    }

    void draw(Svg svg, boolean right) {
        for (int i = 0; least + i * step <= most + step / 1e6; i++) {
            double value = least + i * step;
            double y = y(value);
            if (!right) {
                svg.line(box.x(), y, box.right(), y, Palette.GRID);
            }
            svg.text(
                    right ? box.right() + 6 : box.x() - 6,
                    y + 4,
                    // What is left of a sum of steps is not 0 though it should be.
                    unit.of(Math.abs(value) < step / 1e6 ? 0 : value),
                    Font.SMALL,
                    right ? Svg.Anchor.START : Svg.Anchor.END,
                    92);
        }
    }
}
