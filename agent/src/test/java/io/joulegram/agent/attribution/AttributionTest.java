package io.joulegram.agent.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.power.Component;
import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.ModelTokens;
import io.joulegram.tokens.Scrape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AttributionTest {
    private static final long SECOND = 1_000_000_000L;
    private static final EngineTraits VLLM = new EngineTraits("vllm", true, EngineTraits.CountsAt.GENERATED);

    private final Tank gpu = new Tank();
    private final Tank cpu = new Tank();
    private final Attribution attribution = new Attribution(TokenWeights.DEFAULT, 1.2);
    private long now;
    private double headlineGramsPerKwh = 400;

    private Conditions conditions() {
        return new Conditions(
                List.of(new MeterFeed(Component.GPU, "0", gpu, true), new MeterFeed(Component.CPU, "0", cpu, true)),
                List.of(new EmbodiedRate(Component.GPU, "0", 1e-12)),
                Map.of("0", List.of("s")),
                Map.of(),
                OptionalDouble.of(headlineGramsPerKwh),
                OptionalDouble.of(400));
    }

    private void run(long nanos, double gpuWatts, double cpuWatts) {
        now += nanos;
        gpu.microjoules += Math.round(gpuWatts * nanos * 1e-3);
        cpu.microjoules += Math.round(cpuWatts * nanos * 1e-3);
        gpu.untilNanos = now;
        cpu.untilNanos = now;
        attribution.advance(now, conditions());
    }

    private void scrape(long prompt, long cached, long generated, double running, boolean restarted) {
        ModelTokens tokens = new ModelTokens(
                "m",
                OptionalLong.of(prompt),
                OptionalLong.of(cached),
                OptionalLong.of(generated),
                OptionalDouble.of(running),
                OptionalDouble.of(0));
        attribution.onScrape("s", new Scrape(now, 0, VLLM, restarted, List.of(tokens)));
    }

    private ModelAccount model() {
        return attribution.servers().iterator().next().models().iterator().next();
    }

    @Test
    void learnsIdleAndDividesTheRestByTokenWeights() {
        for (int i = 0; i < 8; i++) {
            run(SECOND, 75, 100);
            scrape(0, 0, 0, 0, false);
        }
        long idleBefore = model().microjoules(Phase.IDLE, Component.GPU);
        run(SECOND, 475, 100);
        scrape(1000, 0, 240, 4, false);

        // 400 W beyond idle; weights 0.16 x 1000 and 240.
        assertThat(model().microjoules(Phase.IDLE, Component.GPU) - idleBefore).isEqualTo(75_000_000);
        assertThat(model().microjoules(Phase.PREFILL, Component.GPU)).isEqualTo(160_000_000);
        assertThat(model().microjoules(Phase.DECODE, Component.GPU)).isEqualTo(240_000_000);
        assertThat(model().microjoules(Phase.DECODE, Component.CPU)).isZero();
        assertThat(model().window().decodeJoulesPerToken().orElseThrow()).isCloseTo(1.0, within(1e-9));
    }

    @Test
    void keepsAnIntervalOpenWhileRequestsRunWithoutTokens() {
        run(SECOND, 75, 100);
        scrape(0, 0, 0, 0, false);
        run(SECOND, 700, 100);
        scrape(0, 0, 0, 1, false);

        assertThat(attribution.pending().microjoules(Component.GPU)).isEqualTo(700_000_000);
        run(SECOND, 700, 100);
        scrape(5000, 0, 1, 1, false);
        assertThat(attribution.pending().microjoules(Component.GPU)).isZero();
        assertThat(model().microjoules(Phase.PREFILL, Component.GPU)).isGreaterThan(1_390_000_000L);
    }

    @Test
    void aPromptThatIsReadForMinutesHasAllOfItsEnergy() {
        rest();
        long idleBefore = model().microjoules(Phase.IDLE, Component.GPU);
        for (int second = 0; second < 600; second++) {
            run(SECOND, 475, 100);
            scrape(0, 0, 0, 1, false);
        }
        assertThat(attribution.pending().microjoules(Component.GPU)).isEqualTo(600 * 475_000_000L);

        run(SECOND, 475, 100);
        scrape(100_000, 0, 1, 1, false);

        assertThat(model().microjoules(Phase.IDLE, Component.GPU) - idleBefore).isEqualTo(601 * 75_000_000L);
        assertThat(active()).isEqualTo(601 * 400_000_000L);
        assertConserved();
    }

    @Test
    void aPromptWhoseClientLeavesHasWhatItTook() {
        rest();
        long idleBefore = model().microjoules(Phase.IDLE, Component.GPU);
        for (int second = 0; second < 90; second++) {
            run(SECOND, 475, 100);
            scrape(0, 0, 0, 1, false);
        }
        run(SECOND, 75, 100);
        scrape(0, 0, 0, 0, false);

        assertThat(attribution.pending().totalMicrojoules()).isZero();
        assertThat(model().microjoules(Phase.PREFILL, Component.GPU)).isEqualTo(90 * 400_000_000L);
        assertThat(model().microjoules(Phase.DECODE, Component.GPU)).isZero();
        assertThat(model().microjoules(Phase.IDLE, Component.GPU) - idleBefore).isEqualTo(91 * 75_000_000L);
        assertConserved();
    }

    @Test
    void requestsForWhichTheDevicesDoNothingAreDeadAfterHalfAMinute() {
        rest();
        for (int second = 1; second <= 30; second++) {
            run(SECOND, 75, 100);
            scrape(0, 0, 0, 1, false);
            assertThat(attribution.pending().microjoules(Component.GPU)).isEqualTo(second % 30 * 75_000_000L);
        }
        assertThat(active()).isZero();
    }

    @Test
    void devicesThatSpinForNothingAreNotWaitedForForEver() {
        rest();
        for (int minute = 1; minute <= 60; minute++) {
            run(60 * SECOND, 475, 100);
            scrape(0, 0, 0, 1, false);
            assertThat(attribution.pending().totalMicrojoules() > 0).isEqualTo(minute < 60);
        }
        assertThat(active()).isEqualTo(3600 * 400_000_000L);
        assertConserved();
    }

    /** Until it is known what the devices draw idle. */
    private void rest() {
        for (int i = 0; i < 8; i++) {
            run(SECOND, 75, 100);
            scrape(0, 0, 0, 0, false);
        }
    }

    private long active() {
        return model().microjoules(Phase.PREFILL, Component.GPU) + model().microjoules(Phase.DECODE, Component.GPU);
    }

    @Test
    void givesNobodyWhatARestartAndAnOutageLeave() {
        run(SECOND, 75, 100);
        scrape(0, 0, 0, 0, false);
        long nobody = attribution.unattributed().microjoules(Component.GPU);
        run(SECOND, 600, 100);
        scrape(100, 0, 50, 1, true);

        assertThat(attribution.unattributed().microjoules(Component.GPU) - nobody)
                .isEqualTo(600_000_000);
        assertThat(model().unattributedTokens()).isEqualTo(150);
        assertThat(model().generatedTokens()).hasValue(0);
        run(SECOND, 600, 100);
        attribution.onOutage("s");
        assertThat(attribution.pending().totalMicrojoules()).isZero();
        assertConserved();
    }

    @Test
    void conservesEveryMicrojouleAndEveryGramWhateverHappens() {
        SplittableRandom random = new SplittableRandom(42);
        long prompt = 0;
        long generated = 0;
        double intensity = 400 / 3.6e12;
        for (int i = 0; i < 5_000; i++) {
            run(random.nextLong(1, 2 * SECOND), random.nextDouble(700), random.nextDouble(300));
            switch (random.nextInt(12)) {
                case 0 -> attribution.onOutage("s");
                case 1 -> attribution.onDevices("s", List.of(String.valueOf(random.nextInt(3))));
                case 2 -> scrape(prompt += random.nextInt(500), 0, generated, 0, true);
                case 3, 4 -> scrape(prompt, 0, generated, random.nextInt(2), false);
                case 5, 6, 7, 8 -> scrape(prompt += random.nextInt(500), 0, generated += random.nextInt(200), 1, false);
                default -> {}
            }
            assertConserved();
        }
        double grams = attribution.facilityMicrojoules().values().stream()
                        .mapToLong(Long::longValue)
                        .sum()
                * intensity;
        double booked = model().operationalGrams()
                + attribution.unattributed().totalOperationalGrams()
                + attribution.pending().totalOperationalGrams();
        assertThat(booked / grams - 1).isBetween(-1e-9, 1e-9);
    }

    @Test
    void requestsAreCountedWithTheEnergyOfTheirTime() {
        scrape(0, 0, 0, 0, false);
        run(10 * SECOND, 100, 50);
        finish(3, 12_000_000);
        run(10 * SECOND, 100, 50);
        finish(5, 30_000_000);

        assertThat(model().window().requests()).isEqualTo(5);
        assertThat(model().window().requestMicroseconds()).isEqualTo(30_000_000);
        assertThat(model().requests()).hasValue(5);
        assertThat(model().requestMicroseconds()).hasValue(30_000_000);
        assertThat(model().window().microjoules(RollingWindow.FACILITY, false)).isCloseTo(3_600_000_000L, within(1L));
    }

    private void finish(long requests, long microseconds) {
        ModelTokens tokens = new ModelTokens(
                "m",
                OptionalLong.of(requests),
                OptionalLong.of(0),
                OptionalLong.of(requests),
                OptionalDouble.of(1),
                OptionalDouble.of(0),
                OptionalLong.of(requests),
                OptionalLong.of(microseconds));
        attribution.onScrape("s", new Scrape(now, 0, VLLM, false, List.of(tokens)));
    }

    @Test
    void theHeadlineAndTheLocationAreToldApartWhateverTheyAre() {
        headlineGramsPerKwh = 25;
        scrape(0, 0, 0, 0, false);
        run(10 * SECOND, 100, 50);
        scrape(100, 0, 0, 0, false);
        headlineGramsPerKwh = 50;
        run(10 * SECOND, 100, 50);
        scrape(100, 0, 100, 0, false);

        RollingWindow window = model().window();
        double kwhPerStep = 1.2 * 150 * 10 / 3.6e6;
        double embodied = RollingWindow.FACILITY.stream()
                .mapToDouble(part -> window.embodiedGrams(part, false))
                .sum();
        assertThat(window.grams(RollingWindow.FACILITY, false) - embodied)
                .isCloseTo(kwhPerStep * (25 + 50), within(1e-9));
        assertThat(window.locationGrams(RollingWindow.FACILITY)).isCloseTo(kwhPerStep * 2 * 400, within(1e-9));
        assertThat(model().operationalGrams()).isCloseTo(kwhPerStep * (25 + 50), within(1e-9));
    }

    private void assertConserved() {
        for (Map.Entry<Component, Long> component :
                attribution.facilityMicrojoules().entrySet()) {
            List<Long> parts = new ArrayList<>();
            parts.add(attribution.unattributed().microjoules(component.getKey()));
            parts.add(attribution.pending().microjoules(component.getKey()));
            for (ServerAccount server : attribution.servers()) {
                for (ModelAccount model : server.models()) {
                    for (Phase phase : Phase.values()) {
                        parts.add(model.microjoules(phase, component.getKey()));
                    }
                }
            }
            assertThat(parts).allMatch(part -> part >= 0);
            assertThat(parts.stream().mapToLong(Long::longValue).sum())
                    .as(component.getKey().label())
                    .isEqualTo(component.getValue());
        }
    }

    @Test
    void dividesWholeAmountsWithoutRemainder() {
        assertThat(Apportionment.split(100, 1, 1, 1)).containsExactlyInAnyOrder(34, 33, 33);
        assertThat(Apportionment.split(7, 0, 1)).containsExactly(0, 7);
        SplittableRandom random = new SplittableRandom(3);
        for (int i = 0; i < 10_000; i++) {
            long total = random.nextLong(0, 1L << random.nextInt(1, 62));
            double[] weights = {random.nextDouble(), random.nextDouble() * 1e-9, random.nextDouble() * 1e6, 0};
            long[] parts = Apportionment.split(total, weights);
            for (long part : parts) {
                assertThat(part).isNotNegative();
            }
            assertThat(parts[0] + parts[1] + parts[2] + parts[3]).isEqualTo(total);
        }
    }
}
