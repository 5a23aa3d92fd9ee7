package io.joulegram.dashboards.preview;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The time below a panel, in UTC. */
final class TimeAxis {
    private static final double PIXELS_PER_LABEL = 75;
    private static final double[] STEPS_SECONDS = {
        1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800
    };

    private final Moment moment;
    private final Box box;

    /** @param box the area above the axis */
    TimeAxis(Moment moment, Box box) {
        this.moment = moment;
        this.box = box;
    }

    double x(double epochSeconds) {
        return box.x() + (epochSeconds - moment.fromSeconds()) / moment.rangeSeconds() * box.width();
    }

    void draw(Svg svg) {
        double step = step();
        DateTimeFormatter format = DateTimeFormatter.ofPattern(
                        step >= 86_400 ? "MM-dd" : step >= 60 ? "HH:mm" : "HH:mm:ss", Locale.ROOT)
                .withZone(ZoneOffset.UTC);
        for (double at = Math.ceil(moment.fromSeconds() / step) * step; at <= moment.toSeconds(); at += step) {
            double x = x(at);
            if (x - box.x() > 15 && box.right() - x > 15) {
                svg.text(
                        x,
                        box.bottom() + 13,
                        format.format(Instant.ofEpochSecond((long) at)),
                        Font.SMALL,
                        Svg.Anchor.MIDDLE,
                        PIXELS_PER_LABEL);
            }
        }
    }

    private double step() {
        double wanted = moment.rangeSeconds() / Math.max(1, box.width() / PIXELS_PER_LABEL);
        for (double step : STEPS_SECONDS) {
            if (step >= wanted) {
                return step;
            }
        }
        return STEPS_SECONDS[STEPS_SECONDS.length - 1];
    }
}
