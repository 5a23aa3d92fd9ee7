package io.joulegram.agent.fit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class NonNegativeLeastSquaresTest {
    @Test
    void isLeastSquaresWhereThatHasNoNegativePart() {
        double[][] columns = {{1, 1, 1, 1}, {0, 1, 2, 3}};

        double[] solution = NonNegativeLeastSquares.solve(columns, new double[] {1, 3, 5, 7});

        assertThat(solution).containsExactly(new double[] {1, 2}, within(1e-12));
    }

    @Test
    void leavesOutWhatWouldBeNegative() {
        // y falls with x: the best line without a negative slope is the mean.
        double[][] columns = {{1, 1, 1, 1}, {0, 1, 2, 3}};

        assertThat(NonNegativeLeastSquares.solve(columns, new double[] {7, 5, 3, 1}))
                .containsExactly(new double[] {4, 0}, within(1e-12));
    }

    @Test
    void isNothingWhereEveryColumnPointsAway() {
        double[][] columns = {{1, 0}, {0, 1}};

        assertThat(NonNegativeLeastSquares.solve(columns, new double[] {-1, -2}))
                .containsExactly(0, 0);
    }

    /** The conditions of Karush, Kuhn and Tucker, which only the solution fulfils. */
    @Test
    void fulfilsTheConditionsOfTheSolutionOnRandomProblems() {
        for (long seed = 0; seed < 2_000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            int rows = 4 + random.nextInt(20);
            double[][] columns = new double[1 + random.nextInt(4)][rows];
            double[] rightHandSide = new double[rows];
            for (int row = 0; row < rows; row++) {
                for (double[] column : columns) {
                    column[row] = random.nextDouble(-1, 1);
                }
                rightHandSide[row] = random.nextDouble(-100, 100);
            }
            double[] solution = NonNegativeLeastSquares.solve(columns, rightHandSide);

            double[] residual = rightHandSide.clone();
            for (int i = 0; i < columns.length; i++) {
                for (int row = 0; row < rows; row++) {
                    residual[row] -= solution[i] * columns[i][row];
                }
            }
            for (int i = 0; i < columns.length; i++) {
                double slope = TriangularFactors.dot(columns[i], residual);
                assertThat(solution[i]).as("x%d, seed %d", i, seed).isNotNegative();
                assertThat(slope).as("slope %d, seed %d", i, seed).isLessThan(1e-8);
                if (solution[i] > 0) {
                    assertThat(slope).as("slope %d, seed %d", i, seed).isCloseTo(0, within(1e-8));
                }
            }
        }
    }
}
