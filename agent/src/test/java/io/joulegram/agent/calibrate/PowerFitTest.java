package io.joulegram.agent.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.estimate.ModelConstants.Terms;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PowerFitTest {
    private static final int THREADS = 64;
    private static final double PEAK = 2e11;

    @Test
    void findsTheLawBehindExactPower() throws CalibrationException {
        List<Load> loads = loads();
        Terms law = new Terms(80, 210, 35, 1);

        PowerFit fit = PowerFit.of(loads, watts(loads, law), true);

        assertThat(fit.exponent()).isEqualTo(1);
        assertThat(fit.idle().watts()).isCloseTo(80, within(1e-9));
        assertThat(fit.load().watts()).isCloseTo(210, within(1e-9));
        assertThat(fit.memory().watts()).isCloseTo(35, within(1e-9));
        assertThat(fit.r2()).isCloseTo(1, within(1e-12));
        assertThat(fit.largestRelativeResidual()).isCloseTo(0, within(1e-12));
        assertThat(fit.points()).hasSize(14);
        assertThat(fit.scaled(0.5).at(1, 1)).isCloseTo(325 / 2.0, within(1e-9));
    }

    @Test
    void findsHowPowerBends() throws CalibrationException {
        List<Load> loads = loads();

        assertThat(PowerFit.of(loads, watts(loads, new Terms(80, 210, 35, 0.6)), true)
                        .exponent())
                .isEqualTo(0.6);
        assertThat(PowerFit.of(loads, watts(loads, new Terms(80, 210, 35, 1.7)), true)
                        .exponent())
                .isEqualTo(1.7);
        assertThat(PowerFit.of(loads, watts(loads, new Terms(80, 210, 35, 0.6)), false)
                        .exponent())
                .isEqualTo(1);
    }

    @Test
    void givesIntervalsThatHoldTheTruthAsOftenAsTheySay() throws CalibrationException {
        List<Load> loads = loads();
        Terms law = new Terms(80, 210, 35, 1);
        int[] held = new int[3];
        int runs = 300;
        for (int seed = 0; seed < runs; seed++) {
            Random random = new Random(seed);
            double[] watts = watts(loads, law);
            for (int i = 0; i < watts.length; i++) {
                watts[i] += 4 * random.nextGaussian();
            }
            PowerFit fit = PowerFit.of(loads, watts, true);
            held[0] += holds(fit.idle(), law.idle()) ? 1 : 0;
            held[1] += holds(fit.load(), law.load()) ? 1 : 0;
            held[2] += holds(fit.memory(), law.memory()) ? 1 : 0;
        }
        // 95 % is promised; with 300 runs, nine of ten is four standard deviations below.
        assertThat(Arrays.stream(held).min())
                .as("of %d runs", runs)
                .satisfies(least -> assertThat(least.orElseThrow()).isGreaterThanOrEqualTo(270));
        // An interval as wide as the world would hold it always.
        assertThat(held[1]).isLessThan(runs);
    }

    @Test
    void neverFitsANegativeTermAndSaysWhatItCouldBeAtMost() throws CalibrationException {
        List<Load> loads = loads();
        double[] watts = watts(loads, new Terms(80, 210, 0, 1));
        for (int i = 0; i < watts.length; i++) {
            watts[i] -= loads.get(i).bytesPerSecond() / PEAK;
            watts[i] += i % 2 == 0 ? 1 : -1;
        }

        PowerFit fit = PowerFit.of(loads, watts, false);

        assertThat(fit.memory().watts()).isZero();
        assertThat(fit.memory().lowWatts()).isZero();
        assertThat(fit.memory().highWatts()).isBetween(0.0, 5.0);
    }

    @Test
    void tellsOfAPoorFit() throws CalibrationException {
        List<Load> loads = loads();
        Random random = new Random(7);
        double[] watts = loads.stream()
                .mapToDouble(load -> 100 + 50 * random.nextGaussian())
                .toArray();

        assertThat(PowerFit.of(loads, watts, false).r2()).isLessThan(0.7);
        assertThat(PowerFit.of(loads, loads.stream().mapToDouble(load -> 100).toArray(), false)
                        .r2())
                .isCloseTo(0, within(1.0));
    }

    @Test
    void refusesLevelsThatDoNotTellTheTermsApart() {
        List<Load> together = loads().stream()
                .map(load -> new Load(load.level(), load.utilization(), load.utilization() * PEAK))
                .toList();

        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> PowerFit.of(together, new double[together.size()], true))
                .withMessageContaining("move together");
    }

    @Test
    void refusesLevelsThatDoNotLoadTheHost() {
        List<Load> held = loads().stream()
                .map(load -> new Load(load.level(), load.utilization() / 4, load.bytesPerSecond()))
                .toList();
        List<Load> quiet = loads().stream()
                .map(load -> new Load(load.level(), load.utilization(), 0))
                .toList();

        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> PowerFit.of(held, new double[held.size()], true))
                .withMessageContaining("went only from 0 to 25 %");
        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> PowerFit.of(quiet, new double[quiet.size()], true))
                .withMessageContaining("no level streams memory");
        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> PowerFit.of(loads().subList(0, 4), new double[4], true))
                .withMessageContaining("4 levels are too few");
    }

    private static boolean holds(Term term, double truth) {
        return term.lowWatts() <= truth && truth <= term.highWatts();
    }

    private static double[] watts(List<Load> loads, Terms law) {
        return loads.stream()
                .mapToDouble(load -> law.at(load.utilization(), load.bytesPerSecond() / PEAK))
                .toArray();
    }

    /** The levels of a host of 64 threads, a quarter of which are enough for all that memory gives. */
    private static List<Load> loads() {
        return StressLevel.plan(THREADS).stream()
                .map(level -> new Load(
                        level.label(),
                        level.utilization(THREADS),
                        PEAK * Math.min(1, 4.0 * level.streaming() / THREADS)))
                .toList();
    }
}
