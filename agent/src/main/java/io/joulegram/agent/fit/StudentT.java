package io.joulegram.agent.fit;

/** Student's t distribution: the half-width of a 95 % interval in standard errors. */
public final class StudentT {
    /** t(0.975) for 1 to 30 degrees of freedom (NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2). */
    private static final double[] QUANTILES = {
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
        2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042
    };

    private StudentT() {}

    /** t(0.975). Above 30 degrees of freedom by the first term of its expansion, right to 0.003. */
    public static double quantile975(int degreesOfFreedom) {
        return degreesOfFreedom <= QUANTILES.length ? QUANTILES[degreesOfFreedom - 1] : 1.960 + 2.37 / degreesOfFreedom;
    }
}
