package io.joulegram.agent.fit;

/**
 * The QR factors of a matrix with more rows than columns, by modified Gram-Schmidt on columns scaled to length 1 (Golub
 * and Van Loan, "Matrix Computations", 5.2.8), for least squares of a few columns. Immutable.
 */
public final class TriangularFactors {
    private final double[][] upper;
    private final double[] projected;
    private final double[] length;
    private final double smallestPivot;

    private TriangularFactors(double[][] upper, double[] projected, double[] length, double smallestPivot) {
        this.upper = upper;
        this.projected = projected;
        this.length = length;
        this.smallestPivot = smallestPivot;
    }

    /**
     * Factorizes the matrix of these columns and projects the right-hand side on it.
     *
     * @param columns each as long as the right-hand side
     */
    public static TriangularFactors of(double[][] columns, double[] rightHandSide) {
        int count = columns.length;
        double[][] basis = new double[count][];
        double[][] upper = new double[count][count];
        double[] projected = new double[count];
        double[] length = new double[count];
        double[] rest = rightHandSide.clone();
        double smallestPivot = 1;
        for (int i = 0; i < count; i++) {
            length[i] = Math.sqrt(dot(columns[i], columns[i]));
            basis[i] = scaled(columns[i], length[i]);
            for (int j = 0; j < i; j++) {
                upper[j][i] = dot(basis[j], basis[i]);
                subtract(basis[i], basis[j], upper[j][i]);
            }
            upper[i][i] = Math.sqrt(dot(basis[i], basis[i]));
            smallestPivot = Math.min(smallestPivot, upper[i][i]);
            basis[i] = scaled(basis[i], upper[i][i]);
            projected[i] = dot(basis[i], rest);
            subtract(rest, basis[i], projected[i]);
        }
        return new TriangularFactors(upper, projected, length, smallestPivot);
    }

    /**
     * How far the columns are from depending on each other, 0 to 1: sqrt(1 - R^2) of the column that those before it
     * explain best.
     */
    public double smallestPivot() {
        return smallestPivot;
    }

    /** The least-squares solution. */
    public double[] solution() {
        double[] solution = projected.clone();
        for (int i = solution.length - 1; i >= 0; i--) {
            for (int j = i + 1; j < solution.length; j++) {
                solution[i] -= upper[i][j] * solution[j];
            }
            solution[i] /= upper[i][i];
        }
        for (int i = 0; i < solution.length; i++) {
            solution[i] = length[i] == 0 ? 0 : solution[i] / length[i];
        }
        return solution;
    }

    /** Variances of the solution in units of the variance of the right-hand side: the diagonal of (A^T A)^-1. */
    public double[] variances() {
        int count = upper.length;
        double[] variances = new double[count];
        for (int column = 0; column < count; column++) {
            double[] inverse = new double[count];
            for (int i = column; i >= 0; i--) {
                double sum = i == column ? 1 : 0;
                for (int j = i + 1; j <= column; j++) {
                    sum -= upper[i][j] * inverse[j];
                }
                inverse[i] = sum / upper[i][i];
                variances[i] += inverse[i] * inverse[i] / (length[i] * length[i]);
            }
        }
        return variances;
    }

    public static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    private static double[] scaled(double[] vector, double length) {
        double[] scaled = new double[vector.length];
        for (int i = 0; i < vector.length; i++) {
            scaled[i] = length == 0 ? 0 : vector[i] / length;
        }
        return scaled;
    }

    private static void subtract(double[] from, double[] direction, double amount) {
        for (int i = 0; i < from.length; i++) {
            from[i] -= amount * direction[i];
        }
    }
}
