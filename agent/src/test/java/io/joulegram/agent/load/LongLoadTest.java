package io.joulegram.agent.load;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LongLoadTest {
    /** The instants alone of its six million tokens would be 48 MB. */
    @Test
    void doesNotGrowWithItsTokens() throws Exception {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-Xmx24m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        LongLoad.class.getName())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();

        assertThat(process.waitFor()).as(said).isZero();
        String[] figures = said.split(" ", -1);
        assertThat(Double.parseDouble(figures[0])).isEqualTo((double) LongLoad.REQUESTS * LongLoad.TOKENS);
        assertThat(Double.parseDouble(figures[1])).isCloseTo(0.0198, Percentage.withPercentage(0.2));
    }

    @Test
    void quantilesAreWithinAThousandth() {
        SplittableRandom random = new SplittableRandom(20);
        double[] truth =
                random.doubles(20_000).map(value -> Math.exp(20 * value) * 1e-6).toArray();
        Samples.Builder some = new Samples.Builder();
        Samples.Builder others = new Samples.Builder();
        for (int i = 0; i < truth.length; i++) {
            (i % 3 == 0 ? some : others).add(truth[i]);
        }
        Samples all = some.build().plus(others.build());
        Arrays.sort(truth);

        for (double share : new double[] {0.001, 0.1, 0.5, 0.9, 0.99, 0.999, 1}) {
            double exact = truth[(int) Math.ceil(share * truth.length) - 1];
            assertThat(all.quantile(share).orElseThrow())
                    .as("of %s", share)
                    .isCloseTo(exact, within(Math.max(1e-6, 0.001 * exact)));
        }
        assertThat(all.size()).isEqualTo(truth.length);
        assertThat(all.mean().orElseThrow())
                .isCloseTo(Arrays.stream(truth).average().orElseThrow(), Percentage.withPercentage(1e-6));
        assertThat(Samples.none().quantile(0.5)).isEmpty();
        assertThat(Samples.none().mean()).isEmpty();
    }
}
