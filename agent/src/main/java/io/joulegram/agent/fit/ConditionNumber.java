package io.joulegram.agent.fit;

/**
 * How much columns depend on each other: the largest over the smallest singular value of the columns scaled to length 1,
 * 1 for columns at right angles (Belsley, Kuh and Welsch, "Regression Diagnostics", 1980, chapter 3).
 */
public final class ConditionNumber {
    /** Each sweep squares what is left beside the diagonal; a few suffice for a few columns. */
    private static final int SWEEPS = 12;

    private ConditionNumber() {}

    /**
     * The condition number; infinite if a column is 0 or, as far as doubles tell, a sum of others.
     *
     * @param columns all of one length
     */
    public static double of(double[][] columns) {
        int count = columns.length;
        double[][] gram = new double[count][count];
        for (int i = 0; i < count; i++) {
            for (int j = 0; j < count; j++) {
                double lengths = Math.sqrt(
                        TriangularFactors.dot(columns[i], columns[i]) * TriangularFactors.dot(columns[j], columns[j]));
                if (!(lengths > 0)) {
                    return Double.POSITIVE_INFINITY;
                }
                gram[i][j] = TriangularFactors.dot(columns[i], columns[j]) / lengths;
            }
        }
        return ofGram(gram);
    }

    private static double ofGram(double[][] gram) {
        for (int sweep = 0; sweep < SWEEPS; sweep++) {
            for (int p = 0; p < gram.length; p++) {
                for (int q = p + 1; q < gram.length; q++) {
                    rotate(gram, p, q);
                }
            }
        }
        double smallest = Double.POSITIVE_INFINITY;
        double largest = 0;
        for (int i = 0; i < gram.length; i++) {
            smallest = Math.min(smallest, gram[i][i]);
            largest = Math.max(largest, gram[i][i]);
        }
        return smallest > 0 ? Math.sqrt(largest / smallest) : Double.POSITIVE_INFINITY;
    }

    /** Jacobi's rotation that makes one element beside the diagonal 0 (Golub and Van Loan, 8.5.2). */
    private static void rotate(double[][] a, int p, int q) {
        if (a[p][q] == 0) {
            return;
        }
        double tau = (a[q][q] - a[p][p]) / (2 * a[p][q]);
        double tangent = Math.copySign(1, tau) / (Math.abs(tau) + Math.sqrt(1 + tau * tau));
        double cosine = 1 / Math.sqrt(1 + tangent * tangent);
        double sine = tangent * cosine;
        for (int k = 0; k < a.length; k++) {
            double left = a[k][p];
            double right = a[k][q];
            a[k][p] = cosine * left - sine * right;
            a[k][q] = sine * left + cosine * right;
        }
        for (int k = 0; k < a.length; k++) {
            double left = a[p][k];
            double right = a[q][k];
            a[p][k] = cosine * left - sine * right;
            a[q][k] = sine * left + cosine * right;
        }
    }
}
