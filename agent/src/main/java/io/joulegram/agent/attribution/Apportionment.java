package io.joulegram.agent.attribution;

/** Divides whole amounts so that the parts always sum to the whole. */
public final class Apportionment {
    private Apportionment() {}

    /**
     * Divides by the method of largest remainders: each part is its exact share rounded down, and what is left over
     * goes, one by one, to the parts that lost most by it.
     *
     * @param total what is divided, 0 or more
     * @param weights shares, each 0 or more, not all 0
     * @throws IllegalArgumentException if no weight is above 0
     */
    public static long[] split(long total, double... weights) {
        double sum = 0;
        for (double weight : weights) {
            sum += weight;
        }
        if (!(sum > 0)) {
            throw new IllegalArgumentException(sum + " is not a sum of weights: must be above 0");
        }
        long[] parts = new long[weights.length];
        double[] lost = new double[weights.length];
        long left = total;
        for (int i = 0; i < weights.length; i++) {
            double exact = total * (weights[i] / sum);
            parts[i] = Math.min(left, (long) exact);
            lost[i] = weights[i] > 0 ? exact - parts[i] : -1;
            left -= parts[i];
        }
        while (left > 0) {
            int most = 0;
            for (int i = 1; i < lost.length; i++) {
                if (lost[i] > lost[most]) {
                    most = i;
                }
            }
            // Beyond 2^53 the exact shares are rounded themselves and more than one unit per part can be left.
            long unit = Math.max(1, left / weights.length);
            parts[most] += unit;
            lost[most] -= unit;
            left -= unit;
        }
        return parts;
    }
}
