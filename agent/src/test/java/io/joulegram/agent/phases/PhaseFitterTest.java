package io.joulegram.agent.phases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.phases.PhaseFit.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Against servers whose phases' energy is known, with sensors that err. */
class PhaseFitterTest {
    private static final int RUNS = 200;
    /** Of 200 runs, each within its interval in 95 % of cases, as many are within it with a probability of 99 %. */
    private static final int LEAST_COVERED = 182;

    /** How many of the runs came out right. */
    private static final class Score {
        int held;
        int prefillNear;
        int decodeNear;
        int prefillCovered;
        int decodeCovered;
        double prefillBias;
        double decodeBias;

        void add(PhaseFit fit, double decodeTruth) {
            if (!fit.holds()) {
                return;
            }
            Estimate prefill = fit.prefill().orElseThrow();
            Estimate decode = fit.decode().orElseThrow();
            held++;
            prefillBias += error(prefill, SimulatedServing.COMPUTED_JOULES) / RUNS;
            decodeBias += error(decode, decodeTruth) / RUNS;
            prefillNear += isNear(prefill, SimulatedServing.COMPUTED_JOULES);
            decodeNear += isNear(decode, decodeTruth);
            prefillCovered += covers(prefill, SimulatedServing.COMPUTED_JOULES);
            decodeCovered += covers(decode, decodeTruth);
        }

        private static double error(Estimate estimate, double truth) {
            return estimate.joules() / truth - 1;
        }

        private static int isNear(Estimate estimate, double truth) {
            return Math.abs(error(estimate, truth)) <= 0.05 ? 1 : 0;
        }

        private static int covers(Estimate estimate, double truth) {
            return Math.abs(estimate.joules() - truth) <= estimate.halfWidthJoules() ? 1 : 0;
        }

        @Override
        public String toString() {
            return String.format(
                    "held %d, near %d %d, covered %d %d, bias %.4f %.4f",
                    held, prefillNear, decodeNear, prefillCovered, decodeCovered, prefillBias, decodeBias);
        }
    }

    /** What an engine tells beside its tokens. */
    enum Told {
        RUNNING,
        STEPS,
        SECONDS
    }

    private static Score score(double requestsPerSecond, double joulesPerStep, Told told) {
        Score score = new Score();
        for (int run = 0; run < RUNS; run++) {
            SimulatedServing server =
                    new SimulatedServing(9_000 + run, requestsPerSecond, joulesPerStep, told == Told.STEPS);
            SplittableRandom random = new SplittableRandom(run);
            List<PhaseWork> windows = measured(server, random, PhaseLearner.MAX_WINDOWS, told == Told.SECONDS);
            double idle = SimulatedServing.IDLE_WATTS + 0.5 * random.nextGaussian();
            score.add(PhaseFitter.fit(windows, Optional.of(new IdleWatts(idle, 1))), server.decodeJoulesPerToken());
        }
        return score;
    }

    /** Windows of five scrapes: each is some milliseconds off the energy, which itself is off by 3 W. */
    private static List<PhaseWork> measured(
            SimulatedServing server, SplittableRandom random, int count, boolean tellsSeconds) {
        List<PhaseWork> windows = new ArrayList<>();
        double edge = 0;
        for (int i = 0; i < count; i++) {
            PhaseWork window = PhaseWork.NONE;
            for (int scrape = 1; scrape <= 5; scrape++) {
                double next = 5 * random.nextGaussian();
                PhaseWork truth = server.until(5 * i + scrape);
                window = window.then(tellsSeconds ? truth : withoutSeconds(truth));
                window = window.then(PhaseWork.quiet(window.endNanos(), 0, next - edge + 3 * random.nextGaussian()));
                edge = next;
            }
            if (window.hasTokens()) {
                windows.add(window);
            }
        }
        return windows;
    }

    private static PhaseWork withoutSeconds(PhaseWork work) {
        return new PhaseWork(
                work.endNanos(),
                work.seconds(),
                work.decodeSteps(),
                work.joules(),
                work.computedTokens(),
                work.cachedTokens(),
                work.decodedTokens(),
                0,
                0);
    }

    @ParameterizedTest
    @CsvSource({
        // Energy linear in tokens; decode that gets cheaper with its batch.
        "0, RUNNING",
        "2, RUNNING",
        "2, STEPS",
        "2, SECONDS"
    })
    void findsBothPhasesWithinFivePercentAndWithinItsInterval(double joulesPerStep, Told told) {
        Score score = score(6, joulesPerStep, told);

        assertThat(score.held).as(score.toString()).isEqualTo(RUNS);
        assertThat(score.prefillNear).as(score.toString()).isGreaterThanOrEqualTo(RUNS * 95 / 100);
        assertThat(score.decodeNear).as(score.toString()).isEqualTo(RUNS);
        assertThat(score.prefillCovered).as(score.toString()).isGreaterThanOrEqualTo(LEAST_COVERED);
        assertThat(score.decodeCovered).as(score.toString()).isGreaterThanOrEqualTo(LEAST_COVERED);
    }

    @Test
    void refusesALoadThatDoesNotTellThePhasesApart() {
        SplittableRandom random = new SplittableRandom(1);
        List<PhaseWork> windows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            double requests = random.nextInt(20, 60);
            windows.add(new PhaseWork(i, 5, 0, 400 + 100 * requests, 200 * requests, 0, 300 * requests, 0, 0));
        }

        PhaseFit fit = PhaseFitter.fit(windows, Optional.of(new IdleWatts(80, 0)));

        assertThat(fit.state()).isEqualTo(FitState.COLLINEAR);
        assertThat(fit.holds()).isFalse();
        assertThat(fit.prefill()).isEmpty();
        assertThat(fit.conditionRatio().orElseThrow()).isGreaterThan(PhaseFitter.MAX_CONDITION);
    }

    @Test
    void refusesEnergyThatHasNothingToDoWithTokens() {
        SplittableRandom random = new SplittableRandom(2);
        List<PhaseWork> windows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            windows.add(new PhaseWork(
                    i, 5, 0, random.nextDouble(400, 4_000), random.nextInt(9_000), 0, random.nextInt(9_000), 0, 0));
        }

        assertThat(PhaseFitter.fit(windows, Optional.of(new IdleWatts(80, 0))).state())
                .isEqualTo(FitState.POOR);
    }

    @Test
    void refusesWhatIsTooLittleOrHasNoIdlePower() {
        List<PhaseWork> windows = measured(new SimulatedServing(3, 6, 0, false), new SplittableRandom(3), 100, false);

        assertThat(PhaseFitter.fit(windows, Optional.empty()).state()).isEqualTo(FitState.IDLE_UNKNOWN);
        assertThat(PhaseFitter.fit(windows.subList(0, 59), Optional.of(new IdleWatts(80, 0)))
                        .state())
                .isEqualTo(FitState.LEARNING);
    }

    @Test
    void refusesAPhaseThatItHardlySees() {
        SplittableRandom random = new SplittableRandom(4);
        List<PhaseWork> windows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            double decoded = random.nextInt(1_000, 9_000);
            double computed = random.nextInt(1, 10);
            double joules = 400 + 0.3 * decoded + 0.05 * computed + 20 * random.nextGaussian();
            windows.add(new PhaseWork(i, 5, 0, joules, computed, 0, decoded, 0, 0));
        }

        assertThat(PhaseFitter.fit(windows, Optional.of(new IdleWatts(80, 0))).state())
                .isEqualTo(FitState.IMPRECISE);
    }

    @Test
    void takesTheTimesThatAnEngineTellsAndItsPowerInEach() {
        SplittableRandom random = new SplittableRandom(5);
        List<PhaseWork> windows = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            double prefilling = random.nextDouble(0.2, 2);
            double decoding = random.nextDouble(0.5, 3);
            windows.add(new PhaseWork(
                    i,
                    5,
                    0,
                    5 * 80 + 600 * prefilling + 400 * decoding,
                    8_000 * prefilling,
                    100,
                    1_500 * decoding,
                    prefilling,
                    decoding));
        }

        PhaseFit known = PhaseFitter.fit(windows, Optional.of(new IdleWatts(80, 0)));
        PhaseFit unknown = PhaseFitter.fit(windows, Optional.empty());

        for (PhaseFit fit : List.of(known, unknown)) {
            assertThat(fit.holds()).isTrue();
            assertThat(fit.bySeconds()).isTrue();
            assertThat(fit.prefill().orElseThrow().joules()).isCloseTo(600.0 / 8_000, within(1e-9));
            assertThat(fit.decode().orElseThrow().joules()).isCloseTo(400.0 / 1_500, within(1e-9));
        }
    }
}
