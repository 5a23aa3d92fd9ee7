package io.joulegram.agent.energy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class EnergyCurveTest {
    private static final long MILLI = 1_000_000L;

    @Test
    void isEmptyAtFirst() {
        EnergyCurve curve = new EnergyCurve();

        assertThat(curve.isEmpty()).isTrue();
        assertThat(curve.microjoulesAt(5)).isZero();
        assertThat(curve.totalMicrojoules()).isZero();
    }

    @Test
    void runsStraightBetweenPointsAndStaysBeyondThem() {
        EnergyCurve curve = new EnergyCurve();
        curve.append(100 * MILLI, 1_000);
        curve.append(200 * MILLI, 3_000);

        assertThat(curve.microjoulesAt(0)).isEqualTo(1_000);
        assertThat(curve.microjoulesAt(125 * MILLI)).isEqualTo(1_500);
        assertThat(curve.microjoulesAt(200 * MILLI)).isEqualTo(3_000);
        assertThat(curve.microjoulesAt(900 * MILLI)).isEqualTo(3_000);
        assertThat(curve.coveredSinceNanos()).isEqualTo(100 * MILLI);
        assertThat(curve.coveredUntilNanos()).isEqualTo(200 * MILLI);
    }

    @Test
    void ignoresPointsOfThePast() {
        EnergyCurve curve = new EnergyCurve();
        curve.append(100, 1_000);
        curve.append(100, 2_000);
        curve.append(50, 3_000);

        assertThat(curve.totalMicrojoules()).isEqualTo(1_000);
    }

    @Test
    void remembersTenSecondsOfSamplesAtOneKilohertz() {
        EnergyCurve curve = new EnergyCurve();
        for (long i = 0; i <= 60_000; i++) {
            curve.append(i * MILLI, i * 250);
        }

        assertThat(curve.coveredUntilNanos() - curve.coveredSinceNanos()).isGreaterThan(9_000 * MILLI);
        for (long i = 52_000; i < 60_000; i += 37) {
            assertThat(curve.microjoulesAt(i * MILLI)).isBetween(i * 250 - 1, i * 250 + 1);
        }
    }

    @Test
    void readersNeverSeeHalfOfAPoint() throws InterruptedException {
        EnergyCurve curve = new EnergyCurve();
        curve.append(0, 0);
        AtomicReference<String> wrong = new AtomicReference<>("");
        Thread reader = new Thread(() -> {
            long seen = 0;
            while (!Thread.currentThread().isInterrupted()) {
                long until = curve.coveredUntilNanos();
                long energy = curve.microjoulesAt(until);
                // Points lie on one line, 3 microjoules a nanosecond, and the newest may have moved on.
                if (energy < 3 * until || curve.totalMicrojoules() < seen) {
                    wrong.set(energy + " at " + until);
                }
                seen = Math.max(seen, energy);
            }
        });
        reader.start();
        for (long i = 1; i <= 2_000_000; i++) {
            curve.append(i * 3 * MILLI, i * 9 * MILLI);
        }
        reader.interrupt();
        reader.join();

        assertThat(wrong.get()).isEmpty();
    }
}
