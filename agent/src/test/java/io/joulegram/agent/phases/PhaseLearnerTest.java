package io.joulegram.agent.phases;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PhaseLearnerTest {
    private static final Optional<IdleWatts> IDLE = Optional.of(new IdleWatts(80, 0));

    private final PhaseLearner learner = new PhaseLearner();
    private final SplittableRandom random = new SplittableRandom(6);
    private long seconds;

    private void work(int windows, double computedJoules, double decodedJoules) {
        for (int i = 0; i < windows; i++) {
            seconds += 5;
            double computed = random.nextInt(1_000, 9_000);
            double decoded = random.nextInt(1_000, 9_000);
            double joules = 400 + computedJoules * computed + decodedJoules * decoded;
            learner.add(
                    new PhaseWork(seconds * 1_000_000_000L, 5, 0, joules, computed, 0, decoded, 0, 0),
                    PhaseLearner.MIN_WINDOW_SECONDS,
                    IDLE);
        }
    }

    @Test
    void beginsAnewWhenTheCostOfTokensChanges() {
        work(200, 0.05, 0.3);
        assertThat(learner.fit().decode().orElseThrow().joules()).isCloseTo(0.3, within(1e-9));

        work(20, 0.05, 0.5);
        assertThat(learner.fit().state()).isEqualTo(FitState.LEARNING);
        work(100, 0.05, 0.5);

        assertThat(learner.fit().decode().orElseThrow().joules()).isCloseTo(0.5, within(1e-9));
    }

    @Test
    void keepsABoundedNumberOfWindowsOfTheLastDay() {
        work(2_000, 0.05, 0.3);
        assertThat(learner.fit().windows()).isLessThanOrEqualTo(PhaseLearner.MAX_WINDOWS);

        seconds += PhaseLearner.MAX_AGE_SECONDS;
        work(PhaseLearner.FIT_EVERY, 0.05, 0.3);
        assertThat(learner.fit().state()).isEqualTo(FitState.LEARNING);
    }

    @Test
    void forgetsWhatIsSharedUntilItIsNot() {
        work(100, 0.05, 0.3);
        learner.forgetShared();
        assertThat(learner.fit().state()).isEqualTo(FitState.SHARED);

        work(1, 0.05, 0.3);
        assertThat(learner.fit().state()).isEqualTo(FitState.LEARNING);
        work(PhaseFitter.MIN_WINDOWS, 0.05, 0.3);
        assertThat(learner.fit().holds()).isTrue();
    }

    @Test
    void makesWindowsAsLongAsTokensAreInFlight() {
        assertThat(PhaseLearner.windowSeconds(false, OptionalDouble.of(60))).isEqualTo(5);
        assertThat(PhaseLearner.windowSeconds(true, OptionalDouble.of(0.1))).isEqualTo(5);
        assertThat(PhaseLearner.windowSeconds(true, OptionalDouble.of(10))).isEqualTo(300);
        assertThat(PhaseLearner.windowSeconds(true, OptionalDouble.of(1_000))).isEqualTo(1_200);
        assertThat(PhaseLearner.windowSeconds(true, OptionalDouble.empty())).isEqualTo(300);
    }

    @Test
    void leavesOutWindowsWithoutWorkAndWhatWasInterrupted() {
        for (int i = 0; i < 100; i++) {
            learner.add(PhaseWork.quiet(i, 5, 400), PhaseLearner.MIN_WINDOW_SECONDS, IDLE);
            learner.add(new PhaseWork(i, 4, 0, 1, 1, 1, 1, 0, 0), PhaseLearner.MIN_WINDOW_SECONDS, IDLE);
            learner.interrupt();
        }

        assertThat(learner.fit().windows()).isZero();
    }
}
