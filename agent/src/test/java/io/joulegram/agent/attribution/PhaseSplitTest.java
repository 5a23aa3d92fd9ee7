package io.joulegram.agent.attribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.phases.FitState;
import io.joulegram.agent.phases.PhaseFit;
import io.joulegram.agent.phases.PhaseWork;
import io.joulegram.agent.phases.SimulatedServing;
import io.joulegram.power.Component;
import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.EngineTraits.CountsAt;
import io.joulegram.tokens.ModelTokens;
import io.joulegram.tokens.Scrape;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The whole way from scrapes and a meter to the phases of a model. */
class PhaseSplitTest {
    private static final long SECOND = 1_000_000_000L;
    private static final EngineTraits VLLM = new EngineTraits("vllm", true, CountsAt.GENERATED);

    private final Tank gpu = new Tank();
    private final Tank cpu = new Tank();
    private final Attribution attribution = new Attribution(TokenWeights.DEFAULT, 1.2);
    private List<String> serversOfGpu = List.of("s");
    private Map<String, GpuUse> useByGpu = Map.of();
    private String model = "m";
    private long now;
    private long computed;
    private long cached;
    private long generated;
    private double prefillSeconds;
    private double decodeSeconds;
    private boolean tellsSeconds;
    private double steps;
    private boolean tellsSteps;

    private void elapse(double gpuJoules) {
        now += SECOND;
        gpu.microjoules += Math.round(gpuJoules * 1e6);
        cpu.microjoules += 120_000_000;
        gpu.untilNanos = now;
        cpu.untilNanos = now;
        attribution.advance(
                now,
                new Conditions(
                        List.of(
                                new MeterFeed(Component.GPU, "0", gpu, true),
                                new MeterFeed(Component.CPU, "0", cpu, true)),
                        List.of(),
                        Map.of("0", serversOfGpu),
                        useByGpu,
                        OptionalDouble.of(400),
                        OptionalDouble.of(400)));
    }

    private ModelTokens tokens(double running) {
        return new ModelTokens(
                model,
                OptionalLong.of(computed + cached),
                OptionalLong.of(cached),
                OptionalLong.of(generated),
                OptionalDouble.of(running),
                OptionalDouble.of(0),
                OptionalLong.empty(),
                OptionalLong.empty(),
                tellsSeconds ? OptionalLong.of(Math.round(prefillSeconds * 1e6)) : OptionalLong.empty(),
                tellsSeconds ? OptionalLong.of(Math.round(decodeSeconds * 1e6)) : OptionalLong.empty(),
                tellsSteps ? OptionalLong.of((long) steps) : OptionalLong.empty(),
                Optional.empty(),
                true);
    }

    private void scrape(double running, boolean restarted) {
        attribution.onScrape("s", new Scrape(now, 0, VLLM, restarted, List.of(tokens(running))));
        assertConserved();
    }

    private void add(PhaseWork work) {
        computed += (long) work.computedTokens();
        cached += (long) work.cachedTokens();
        generated += (long) work.decodedTokens();
        prefillSeconds += work.prefillSeconds();
        decodeSeconds += work.decodeSeconds();
        steps += work.decodeSteps();
    }

    private void idle(int seconds) {
        for (int i = 0; i < seconds; i++) {
            elapse(SimulatedServing.IDLE_WATTS);
            scrape(0, false);
        }
    }

    private void serve(SimulatedServing server, int from, int to) {
        for (int second = from + 1; second <= to; second++) {
            PhaseWork work = server.until(second);
            add(work);
            elapse(work.joules());
            // One that tells its steps need not tell how many requests run.
            scrape(tellsSteps ? 1 : server.running(), false);
        }
    }

    private ServerAccount server() {
        return attribution.servers().iterator().next();
    }

    private ModelAccount account() {
        return server().models().stream()
                .filter(known -> known.model().equals(model))
                .findFirst()
                .orElseThrow();
    }

    private PhaseFit fit() {
        return server().phaseFit(account()).orElseThrow();
    }

    private void assertConserved() {
        Amounts all = new Amounts();
        all.add(attribution.unattributed());
        all.add(attribution.pending());
        for (ModelAccount known : server().models()) {
            for (Phase phase : Phase.values()) {
                all.add(known.amounts(phase));
            }
        }
        attribution
                .facilityMicrojoules()
                .forEach((component, energy) ->
                        assertThat(all.microjoules(component)).isEqualTo(energy));
    }

    @Test
    void splitsByWhatItLearnedAndConservesEveryMicrojoule() {
        SimulatedServing server = new SimulatedServing(11, 6, 2, false);
        idle(20);
        serve(server, 0, 200);
        assertThat(account().phaseMethod()).isEqualTo(PhaseMethod.TOKEN_WEIGHTS);
        assertThat(fit().state()).isEqualTo(FitState.LEARNING);
        serve(server, 200, 2_000);

        assertSplitIsTrue(server);
    }

    @Test
    void takesTheStepsThatAnEngineTells() {
        tellsSteps = true;
        SimulatedServing server = new SimulatedServing(17, 6, 2, true);
        idle(20);
        serve(server, 0, 2_000);

        assertSplitIsTrue(server);
    }

    private void assertSplitIsTrue(SimulatedServing server) {
        assertThat(fit().holds()).isTrue();
        assertThat(account().phaseMethod()).isEqualTo(PhaseMethod.TOKEN_FIT);
        long prefillBefore = account().microjoules(Phase.PREFILL, Component.GPU);
        long decodeBefore = account().microjoules(Phase.DECODE, Component.GPU);
        long computedBefore = computed;
        long generatedBefore = generated;
        serve(server, 2_000, 2_600);

        double prefill = (account().microjoules(Phase.PREFILL, Component.GPU) - prefillBefore) * 1e-6;
        double decode = (account().microjoules(Phase.DECODE, Component.GPU) - decodeBefore) * 1e-6;
        // The energy of cached tokens, 2 mJ each, is in that of prefill.
        assertThat(prefill / (computed - computedBefore) / SimulatedServing.COMPUTED_JOULES)
                .isCloseTo(1, within(0.07));
        assertThat(decode / (generated - generatedBefore) / server.decodeJoulesPerToken())
                .isCloseTo(1, within(0.02));
    }

    @Test
    void takesTheTimesThatAnEngineTells() {
        tellsSeconds = true;
        SimulatedServing server = new SimulatedServing(12, 6, 2, false);
        idle(20);
        serve(server, 0, 1);
        serve(server, 1, 60);

        assertThat(account().phaseMethod()).isEqualTo(PhaseMethod.PHASE_SECONDS);
        serve(server, 60, 1_500);
        assertThat(account().phaseMethod()).isEqualTo(PhaseMethod.SECONDS_FIT);
        assertThat(fit().bySeconds()).isTrue();
        assertThat(fit().decode().orElseThrow().joules() / server.decodeJoulesPerToken())
                .isCloseTo(1, within(0.05));
    }

    @Test
    void goesOnAfterARestartAndBeginsAnewWithAnotherModel() {
        SimulatedServing server = new SimulatedServing(13, 6, 0, false);
        idle(20);
        serve(server, 0, 600);
        assertThat(fit().holds()).isTrue();

        elapse(300);
        scrape(0, true);
        assertThat(fit().holds()).isTrue();

        long before = account().microjoules(Phase.DECODE, Component.GPU);
        model = "other";
        computed = 0;
        cached = 0;
        generated = 0;
        idle(1);
        serve(server, 600, 610);
        assertThat(fit().state()).isEqualTo(FitState.LEARNING);
        model = "m";
        assertThat(server().phaseFit(account())).isEmpty();
        assertThat(account().microjoules(Phase.DECODE, Component.GPU)).isEqualTo(before);
    }

    @Test
    void learnsNothingFromADeviceThatIsSharedByTokens() {
        SimulatedServing server = new SimulatedServing(14, 6, 0, false);
        idle(20);
        serve(server, 0, 600);
        assertThat(fit().holds()).isTrue();
        attribution.onScrape("t", new Scrape(now, 0, VLLM, false, List.of(tokens(0))));
        serversOfGpu = List.of("s", "t");
        elapse(300);
        generated += 10;
        attribution.onScrape("t", new Scrape(now, 0, VLLM, false, List.of(tokens(1))));
        elapse(300);
        attribution.onScrape("s", new Scrape(now, 0, VLLM, false, List.of(tokens(1))));

        assertThat(fit().state()).isEqualTo(FitState.SHARED);
        assertThat(account().phaseMethod()).isEqualTo(PhaseMethod.TOKEN_WEIGHTS);
    }

    @Test
    void learnsWhereTheDriverTellsWhoIsAtWork() {
        SimulatedServing server = new SimulatedServing(16, 6, 0, false);
        Map<String, Double> all = Map.of("s", 1.0);
        useByGpu =
                Map.of("0", new GpuUse(Optional.of(new GpuShares(GpuShares.EXCLUSIVE, all, 0, all, 0)), List.of(), 1));
        idle(20);
        serve(server, 0, 600);
        assertThat(fit().holds()).isTrue();

        useByGpu =
                Map.of("0", new GpuUse(Optional.of(new GpuShares(GpuShares.MEMORY, all, 0.5, all, 0)), List.of(), 1));
        serve(server, 600, 602);
        assertThat(fit().state()).isEqualTo(FitState.SHARED);
    }

    @Test
    void conservesEveryMicrojouleWhateverHappens() {
        SimulatedServing server = new SimulatedServing(15, 4, 2, false);
        SplittableRandom random = new SplittableRandom(15);
        idle(5);
        Map<Phase, Long> before = new EnumMap<>(Phase.class);
        for (int second = 1; second <= 3_000; second++) {
            PhaseWork work = server.until(second);
            add(work);
            tellsSeconds |= random.nextInt(500) == 0;
            elapse(work.joules());
            switch (random.nextInt(60)) {
                case 0 -> attribution.onOutage("s");
                case 1 -> attribution.onDevices("s", List.of(String.valueOf(random.nextInt(2))));
                case 2 -> scrape(server.running(), true);
                case 3 -> assertConserved();
                default -> scrape(server.running(), false);
            }
            for (Phase phase : Phase.values()) {
                long after = account().microjoules(phase, Component.GPU);
                Long earlier = before.put(phase, after);
                assertThat(after).isGreaterThanOrEqualTo(earlier == null ? 0 : earlier);
            }
        }
    }
}
