package io.joulegram.agent.simulate;

import java.util.function.DoubleUnaryOperator;

/**
 * How many requests come in a second.
 *
 * @param perSecond by seconds since the begin
 * @param mostPerSecond what that never exceeds; 0 for none at all
 */
public record Traffic(DoubleUnaryOperator perSecond, double mostPerSecond) {
    private static final double DAY_SECONDS = 120;
    private static final double[] DAY_FACTORS = {1.0, 0.9, 1.0, 0.65, 0.35};
    private static final double FLOOR_RATIO = 0.35;
    private static final double BURST_SECONDS = 3;
    private static final double BURST_FACTOR = 4;
    private static final Wave MORNING = new Wave(0, 45);
    private static final Wave AFTERNOON = new Wave(57, 101);

    /** @throws IllegalArgumentException if the most is below 0 or not finite */
    public Traffic {
        if (!(mostPerSecond >= 0 && mostPerSecond < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(mostPerSecond + " requests a second: must be 0 or more");
        }
    }

    /** The same all the time. */
    public static Traffic steady(double perSecond) {
        return new Traffic(second -> perSecond, perSecond);
    }

    /**
     * Days of two minutes, five different ones in turn: a wave before noon and one after it, a burst of four times as many
     * in the middle of each wave, and nothing at noon and at night, for long enough that the server runs dry.
     *
     * @param peakPerSecond at the top of the highest wave, beside its burst
     */
    public static Traffic days(double peakPerSecond) {
        return new Traffic(second -> peakPerSecond * ofDay(second), peakPerSecond * BURST_FACTOR);
    }

    private static double ofDay(double second) {
        int day = (int) (second / DAY_SECONDS % DAY_FACTORS.length);
        double ofDay = second % DAY_SECONDS;
        return DAY_FACTORS[day] * (MORNING.ratio(ofDay) + AFTERNOON.ratio(ofDay));
    }

    private record Wave(double fromSecond, double untilSecond) {
        double ratio(double second) {
            if (second < fromSecond || second >= untilSecond) {
                return 0;
            }
            double middle = (fromSecond + untilSecond) / 2;
            double swell = Math.sin(Math.PI * (second - fromSecond) / (untilSecond - fromSecond));
            double burst = Math.abs(second - middle) * 2 < BURST_SECONDS ? BURST_FACTOR : 1;
            return (FLOOR_RATIO + (1 - FLOOR_RATIO) * swell) * burst;
        }
    }
}
