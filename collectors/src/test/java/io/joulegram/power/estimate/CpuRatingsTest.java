package io.joulegram.power.estimate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CpuRatingsTest {
    private final CpuRatings ratings = CpuRatings.builtIn();

    @ParameterizedTest
    @CsvSource({
        "AMD EPYC 7763 64-Core Processor, EPYC 7763, 64, 280",
        "AMD EPYC 9575F 64-Core Processor, EPYC 9575F, 64, 400",
        "Intel(R) Xeon(R) Platinum 8480+, Xeon Platinum 8480+, 56, 350",
        "INTEL(R) XEON(R) PLATINUM 8592+, Xeon Platinum 8592+, 64, 350",
        "Intel(R) Xeon(R) Gold 6152 CPU @ 2.10GHz, Xeon Gold 6152, 22, 140",
        "Intel(R) Xeon(R) CPU Max 9480, Xeon Max 9480, 56, 350",
        "Intel(R) Xeon(R) 6980P, Xeon 6980P, 128, 500"
    })
    void findsAProcessorByTheNameItGivesItself(String cpuName, String name, int cores, double tdpWatts) {
        assertThat(ratings.find(cpuName)).hasValue(new CpuRating(name, cores, 2, tdpWatts, Optional.empty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "AMD EPYC", "Intel(R) Xeon(R) Processor", "AMD EPYC 77631 64-Core", "EPYC X 7763"})
    void doesNotGuess(String cpuName) {
        assertThat(ratings.find(cpuName)).isEmpty();
    }

    @Test
    void knowsMeasuredPowerWhereItWasPublished() {
        assertThat(ratings.find("Intel(R) Xeon(R) Platinum 8275CL CPU @ 3.00GHz"))
                .hasValue(new CpuRating(
                        "Xeon Platinum 8275CL", 24, 2, 240, Optional.of(new CpuRating.Span(28.97, 313.38))));
    }

    @Test
    void findsEveryRowByItsOwnName() {
        assertThat(ratings.all()).hasSizeGreaterThan(30).allSatisfy(rating -> {
            assertThat(ratings.find(rating.name())).hasValue(rating);
            assertThat(rating.cores()).isPositive();
            assertThat(rating.tdpWatts()).isPositive();
            assertThat(rating.threadsPerCore()).isBetween(1, 2);
            rating.measured().ifPresent(span -> assertThat(span.maxWatts()).isGreaterThan(span.idleWatts()));
        });
    }
}
