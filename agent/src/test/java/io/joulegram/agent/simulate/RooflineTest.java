package io.joulegram.agent.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class RooflineTest {
    /** 2e9 operations and 2e9 bytes a token, 1e6 bytes of keys and values a token, no attention to speak of. */
    private static final ModelShape MODEL =
            new ModelShape("round", 1_000_000_000L, 250, 1, 1, 1, 1000, 1000, 2, 100_000);

    /** A second of arithmetic is 1e13 operations, a second of memory 1e12 bytes, once the efficiencies are taken off. */
    private static final AcceleratorShape ACCELERATOR = new AcceleratorShape(
            "round",
            "round",
            1e13 / Roofline.COMPUTE_EFFICIENCY,
            1e12 / Roofline.BANDWIDTH_EFFICIENCY,
            1e9,
            1L << 40,
            100_000,
            1_100_000);

    private static final int CONTEXT = 500;

    @Test
    void memorySetsThePaceOfOneSequence() {
        StepCost cost = new Roofline(MODEL, ACCELERATOR, 1).cost(decode(1, 0));

        // 2e9 + 1e6 bytes at 1e12 a second, 1 ms, 25 us.
        double seconds = 0.002_001 + 0.001 + 0.000_025;
        assertThat(cost.nanos()).isEqualTo(Math.round(seconds * 1e9));
        // 2e9 operations and 1e6 for the one token that it attends to.
        double microjoules = 1e9 * (0.85 * 0.000_200_1 + 0.75 * 0.002_001);
        assertThat((double) cost.decodeMicrojoules()).isCloseTo(microjoules, within(1.0));
        assertThat(cost.prefillMicrojoules()).isZero();
    }

    @Test
    void arithmeticSetsThePaceOfAPrompt() {
        StepCost cost =
                new Roofline(MODEL, ACCELERATOR, 1).cost(new StepWork(PhaseWork.NONE.plus(1000, 0), PhaseWork.NONE, 1));

        // 1000 * 2e9 operations, and 1e6 for each of 500,500 pairs: 0.25005 s; 2e9 + 1000 * 1e6 bytes take 3 ms.
        double compute = 0.250_05;
        assertThat(cost.nanos()).isEqualTo(Math.round((compute + 0.001_025) * 1e9));
        assertThat((double) cost.prefillMicrojoules()).isCloseTo(1e9 * (0.85 * compute + 0.75 * 0.003), within(1.0));
        assertThat(cost.decodeMicrojoules()).isZero();
    }

    /** docs/bench.md has these figures: what a prompt takes in a step that others share depends on the rule. */
    @Test
    void whatAPromptTakesOfAMixedStepIsBetweenWhatItTakesAloneAndWhatItAdds() {
        Roofline roofline = new Roofline(
                ModelShape.named("llama-2-7b").orElseThrow(),
                AcceleratorShape.named("a100-40gb").orElseThrow(),
                1);
        PhaseWork prompt = PhaseWork.NONE.plus(500, 0);
        PhaseWork answers = decode(19, 625).decode();
        StepCost mixed = roofline.cost(new StepWork(prompt, answers, 20));
        double share = mixed.prefillMicrojoules() / 1e6;
        double alone = roofline.cost(new StepWork(prompt, PhaseWork.NONE, 1)).prefillMicrojoules() / 1e6;
        double others = roofline.cost(new StepWork(PhaseWork.NONE, answers, 19)).decodeMicrojoules() / 1e6;
        double all = share + mixed.decodeMicrojoules() / 1e6;
        double added = all - others;

        assertThat(share).isCloseTo(14.38, within(0.005));
        assertThat(alone).isCloseTo(14.49, within(0.006));
        assertThat(added).isCloseTo(11.7, within(0.05));
        assertThat((alone + added) / 2).isCloseTo(13.1, within(0.05));
        assertThat(all * alone / (alone + others)).isCloseTo(12.4, within(0.05));
    }

    @Test
    void phasesShareAStepByWhatTheyCause() {
        // Both compute ten tokens, but those of decoding read ten contexts.
        PhaseWork prefill = PhaseWork.NONE.plus(10, 0);
        PhaseWork decode = decode(10, 1000).decode();
        StepCost cost = new Roofline(MODEL, ACCELERATOR, 1).cost(new StepWork(prefill, decode, 11));

        double prefillPower = 0.085 * (10 * 2e9 + 55e6) + 0.75 * (1e9 + 10e6);
        double decodePower = 0.085 * (10 * 2e9 + 10 * 1001e6) + 0.75 * (1e9 + 10 * 1001e6);
        assertThat((double) cost.prefillMicrojoules()).isCloseTo(prefillPower / 1000, within(1.0));
        assertThat((double) cost.decodeMicrojoules()).isCloseTo(decodePower / 1000, within(1.0));
    }

    @Test
    void atThePowerLimitAStepTakesLongerAndItsEnergyStays() {
        AcceleratorShape slow = new AcceleratorShape(
                "slow",
                "slow",
                1e12 / Roofline.COMPUTE_EFFICIENCY,
                1e12 / Roofline.BANDWIDTH_EFFICIENCY,
                1e9,
                1L << 40,
                100_000,
                1_100_000);
        StepCost cost = new Roofline(MODEL, slow, 1).cost(decode(1, 0));

        // Both would be busy for two of three milliseconds, and 0.66 * (0.85 + 0.75) is above 1. It draws 1000 W.
        double microjoules = 1e9 * (0.85 + 0.75) * 0.002_001;
        assertThat((double) cost.decodeMicrojoules()).isCloseTo(microjoules, within(1.0));
        assertThat((double) cost.nanos()).isCloseTo(microjoules, within(1.0));
    }

    @Test
    void acceleratorsShareTheWorkAndExchange() {
        long alone = new Roofline(MODEL, ACCELERATOR, 1).cost(decode(1, 0)).nanos();
        long four = new Roofline(MODEL, ACCELERATOR, 4).cost(decode(1, 0)).nanos();

        // A quarter of 2.001 ms, and 500 exchanges of 10 us and 2 bytes * 1.5 at 1e9 a second.
        assertThat(alone).isEqualTo(3_026_000);
        assertThat((double) four).isCloseTo(500_250 + 1_025_000 + 500 * (10_000 + 3.0), within(1.0));
    }

    @Test
    void powerStaysBetweenRestAndLimit() {
        for (long seed = 0; seed < 2000; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            String name = AcceleratorShape.names()
                    .get(random.nextInt(AcceleratorShape.names().size()));
            AcceleratorShape accelerator = AcceleratorShape.named(name).orElseThrow();
            ModelShape model = ModelShape.named(ModelShape.names()
                            .get(random.nextInt(ModelShape.names().size())))
                    .orElseThrow();
            int gpus = 1 << random.nextInt(4);
            StepWork work = new StepWork(
                    PhaseWork.NONE.plus(random.nextInt(0, 9000), random.nextInt(5000)),
                    decode(random.nextInt(1, 500), random.nextInt(5000)).decode(),
                    random.nextInt(1, 500));
            StepCost cost = new Roofline(model, accelerator, gpus).cost(work);

            double watts = (cost.prefillMicrojoules() + cost.decodeMicrojoules()) / (cost.nanos() / 1e3);
            double most = gpus * (accelerator.maxMilliwatts() - accelerator.idleMilliwatts()) / 1e3;
            assertThat(watts).as("seed %d", seed).isBetween(0.0, most * 1.000_001);
            assertThat(cost.prefillMicrojoules()).as("seed %d", seed).isNotNegative();
            assertThat(cost.decodeMicrojoules()).as("seed %d", seed).isNotNegative();
        }
    }

    /** ML.ENERGY leaderboard: Llama 3.1 8B in bf16 on an H100 at batch 8 takes 0.455 J an output token. */
    @Test
    void isOfTheOrderThatIsMeasured() {
        Roofline roofline = new Roofline(
                ModelShape.named("llama-3-8b").orElseThrow(),
                AcceleratorShape.named("h100").orElseThrow(),
                1);

        assertThat(joulesPerToken(roofline.cost(decode(8, CONTEXT)), 75, 8)).isCloseTo(0.455, within(0.03));
    }

    /**
     * Carnegie Mellon's study of Llama 2 7B on an A100 40GB: from batch 1 to 22, the most that fits, ten times the tokens a
     * second, twice the seconds a token, and an eleventh of the carbon a token.
     */
    @Test
    void batchesSaveTenfoldForTwiceTheWait() {
        ModelShape model = ModelShape.named("llama-2-7b").orElseThrow();
        AcceleratorShape accelerator = AcceleratorShape.named("a100-40gb").orElseThrow();
        Roofline roofline = new Roofline(model, accelerator, 1);
        int longest = 2000;
        int most = EngineSettings.of(model, accelerator, 1, 1).keyValueBlocks() * 16 / longest;

        assertThat(most).isBetween(20, 26);
        StepCost one = roofline.cost(decode(1, longest / 2));
        StepCost full = roofline.cost(decode(most, longest / 2));
        double wait = (double) full.nanos() / one.nanos();
        double saved = joulesPerToken(one, 55, 1) / joulesPerToken(full, 55, most);
        assertThat(wait).isBetween(1.6, 2.3);
        assertThat(most / wait).isBetween(9.0, 14.0);
        assertThat(saved).isBetween(9.0, 14.0);
        double before = Double.MAX_VALUE;
        for (int batch = 1; batch <= most; batch++) {
            double joules = joulesPerToken(roofline.cost(decode(batch, longest / 2)), 55, batch);
            assertThat(joules).isLessThan(before);
            before = joules;
        }
    }

    private static StepWork decode(int sequences, int context) {
        PhaseWork decode = PhaseWork.NONE;
        for (int i = 0; i < sequences; i++) {
            decode = decode.plus(1, context);
        }
        return new StepWork(PhaseWork.NONE, decode, sequences);
    }

    private static double joulesPerToken(StepCost cost, double idleWatts, int tokens) {
        return (cost.decodeMicrojoules() / 1e6 + idleWatts * cost.nanos() / 1e9) / tokens;
    }
}
