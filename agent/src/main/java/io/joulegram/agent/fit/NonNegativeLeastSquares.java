package io.joulegram.agent.fit;

import java.util.BitSet;

/**
 * Least squares whose solution has no negative part, by the active set method of Lawson and Hanson ("Solving Least
 * Squares Problems", 1974, chapter 23).
 */
public final class NonNegativeLeastSquares {
    /** Of a gradient, relative to the largest it could be, below which it is 0. */
    private static final double TOLERANCE = 1e-12;

    private final double[][] columns;
    private final double[] rightHandSide;
    private final BitSet free = new BitSet();
    private double[] solution;

    private NonNegativeLeastSquares(double[][] columns, double[] rightHandSide) {
        this.columns = columns;
        this.rightHandSide = rightHandSide;
        solution = new double[columns.length];
    }

    /**
     * Finds x of no negative part for which the sum over columns i of x[i] columns[i] is nearest to the right-hand side.
     *
     * @param columns independent of each other, each as long as the right-hand side
     */
    public static double[] solve(double[][] columns, double[] rightHandSide) {
        NonNegativeLeastSquares problem = new NonNegativeLeastSquares(columns, rightHandSide);
        // Each column is freed at most a few times; the bound only keeps rounding from going in circles.
        for (int i = 0; i < 3 * columns.length; i++) {
            int steepest = problem.steepest();
            if (steepest < 0) {
                break;
            }
            problem.free.set(steepest);
            problem.descend();
        }
        return problem.solution;
    }

    /** The column at the bound along which the residual falls fastest, or -1 if there is none. */
    private int steepest() {
        double[] residual = rightHandSide.clone();
        for (int i = 0; i < columns.length; i++) {
            for (int row = 0; row < residual.length; row++) {
                residual[row] -= solution[i] * columns[i][row];
            }
        }
        double size = Math.sqrt(TriangularFactors.dot(rightHandSide, rightHandSide));
        int steepest = -1;
        double largest = TOLERANCE * size;
        for (int i = 0; i < columns.length; i++) {
            double length = Math.sqrt(TriangularFactors.dot(columns[i], columns[i]));
            double slope = length == 0 ? 0 : TriangularFactors.dot(columns[i], residual) / length;
            if (!free.get(i) && slope > largest) {
                largest = slope;
                steepest = i;
            }
        }
        return steepest;
    }

    /** Moves to the least-squares solution of the free columns, and binds those that would become negative. */
    private void descend() {
        while (!free.isEmpty()) {
            double[] target = leastSquaresOfFree();
            double step = 1;
            for (int i = free.nextSetBit(0); i >= 0; i = free.nextSetBit(i + 1)) {
                if (target[i] <= 0) {
                    step = Math.min(step, solution[i] / (solution[i] - target[i]));
                }
            }
            boolean arrived = true;
            for (int i = free.nextSetBit(0); i >= 0; i = free.nextSetBit(i + 1)) {
                boolean negative = target[i] <= 0;
                solution[i] += step * (target[i] - solution[i]);
                if (negative && solution[i] <= TOLERANCE * Math.abs(target[i])) {
                    solution[i] = 0;
                    free.clear(i);
                }
                arrived &= !negative;
            }
            if (arrived) {
                return;
            }
        }
    }

    private double[] leastSquaresOfFree() {
        int[] indices = free.stream().toArray();
        double[][] chosen = new double[indices.length][];
        for (int i = 0; i < indices.length; i++) {
            chosen[i] = columns[indices[i]];
        }
        double[] part = TriangularFactors.of(chosen, rightHandSide).solution();
        double[] whole = new double[columns.length];
        for (int i = 0; i < indices.length; i++) {
            whole[indices[i]] = part[i];
        }
        return whole;
    }
}
