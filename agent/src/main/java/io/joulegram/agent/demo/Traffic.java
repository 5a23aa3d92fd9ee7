package io.joulegram.agent.demo;

/**
 * How many requests come per second: five days of two minutes each, with a wave before and one after noon, a burst in
 * each wave, a pause at noon and at night long enough for the server to run dry, and quieter days at the end.
 */
final class Traffic {
    /** One day. */
    static final double DAY_SECONDS = 120;

    private static final double[] DAY_FACTORS = {1.0, 0.9, 1.0, 0.65, 0.35};

    /** The whole period, after which it all repeats. */
    static final double PERIOD_SECONDS = DAY_SECONDS * DAY_FACTORS.length;

    private static final double PEAK_REQUESTS_PER_SECOND = 16;
    private static final double FLOOR_RATIO = 0.35;
    private static final double BURST_SECONDS = 3;
    private static final double BURST_FACTOR = 4;

    /** The first five seconds are quiet, so that a meter that has just started can learn what idle costs. */
    private static final Wave MORNING = new Wave(5, 50);

    private static final Wave AFTERNOON = new Wave(62, 106);

    private Traffic() {}

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

    /** @param second seconds since the begin of the period, below {@link #PERIOD_SECONDS} */
    static double requestsPerSecond(double second) {
        double ofDay = second % DAY_SECONDS;
        return PEAK_REQUESTS_PER_SECOND
                * DAY_FACTORS[(int) (second / DAY_SECONDS)]
                * (MORNING.ratio(ofDay) + AFTERNOON.ratio(ofDay));
    }
}
