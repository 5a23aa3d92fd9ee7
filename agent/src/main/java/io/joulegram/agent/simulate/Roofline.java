package io.joulegram.agent.simulate;

/**
 * How long a step takes and what energy, by the roofline model (Williams, Waterman, Patterson, 2009): the slower of
 * arithmetic and memory sets the pace, with all weights read once a step and the keys and values of every sequence once.
 *
 * <pre>
 * compute = operations / (N * peak * {@value #COMPUTE_EFFICIENCY})
 * memory  = bytes / (N * bandwidth * {@value #BANDWIDTH_EFFICIENCY})
 * load    = {@value #COMPUTE_POWER} * compute + {@value #MEMORY_POWER} * memory
 * time    = max(load, max(compute, memory) + exchange + {@value #STEP_SECONDS} s + sequences * {@value #SEQUENCE_SECONDS} s)
 * energy  = N * (idle * time + (max - idle) * load)
 * </pre>
 *
 * At the power limit clocks fall: the step takes longer, and its operations and bytes take what they always take. That lower
 * clocks need less voltage, and so somewhat less energy, is left out.
 *
 * N accelerators share every layer (tensor parallel) and exchange sums twice a layer in rings.
 *
 * <p>Energy above rest is that of the step's operations and bytes: each phase bears its own operations and its own keys
 * and values, and its share of the weights by tokens. The two phases make up the whole to the microjoule.
 *
 * <p>The factors are chosen to meet what the ML.ENERGY leaderboard has for Llama 3.1 8B on an H100 at a batch of 8 (0.45 J
 * an output token). Immutable; any thread.
 */
final class Roofline {
    /** Share of the peak that large matrix products reach. */
    static final double COMPUTE_EFFICIENCY = 0.55;

    /** Share of the bandwidth that streaming weights reaches. */
    static final double BANDWIDTH_EFFICIENCY = 0.8;

    /** What a step takes beside the model: scheduling, launching, sampling. */
    static final double STEP_SECONDS = 0.001;

    /** What each sequence of the batch adds to that. */
    static final double SEQUENCE_SECONDS = 0.000_025;

    /** Share of the power above rest that arithmetic alone draws when it never waits. */
    static final double COMPUTE_POWER = 0.85;

    /** Share of the power above rest that memory alone draws when it never waits. */
    static final double MEMORY_POWER = 0.75;

    private static final int EXCHANGES_PER_LAYER = 2;
    private static final double EXCHANGE_SECONDS = 0.000_01;
    private static final int BYTES_PER_ACTIVATION = 2;
    private static final double MICROJOULES_PER_MILLIWATT_SECOND = 1000;

    private final ModelShape model;
    private final AcceleratorShape accelerator;
    private final int tensorParallel;

    /** @param tensorParallel accelerators that share the model, 1 or more */
    Roofline(ModelShape model, AcceleratorShape accelerator, int tensorParallel) {
        this.model = model;
        this.accelerator = accelerator;
        this.tensorParallel = tensorParallel;
    }

    /** What a step takes; the work is not empty. */
    StepCost cost(StepWork work) {
        double prefillFlops = flops(work.prefill());
        double flops = prefillFlops + flops(work.decode());
        double prefillBytes = bytes(work.prefill(), work.tokens());
        double bytes = prefillBytes + bytes(work.decode(), work.tokens());
        double computeSeconds = flops / (tensorParallel * accelerator.peakFlops() * COMPUTE_EFFICIENCY);
        double memorySeconds = bytes / (tensorParallel * accelerator.bandwidthBytesPerSecond() * BANDWIDTH_EFFICIENCY);
        double computeLoad = COMPUTE_POWER * computeSeconds;
        double memoryLoad = MEMORY_POWER * memorySeconds;
        double seconds = Math.max(
                computeLoad + memoryLoad,
                Math.max(computeSeconds, memorySeconds)
                        + exchangeSeconds(work.tokens())
                        + STEP_SECONDS
                        + work.sequences() * SEQUENCE_SECONDS);
        long microjoules = microjoules(computeLoad + memoryLoad);
        long prefillMicrojoules = Math.min(
                microjoules, microjoules(computeLoad * prefillFlops / flops + memoryLoad * prefillBytes / bytes));
        return new StepCost(
                Math.max(1, Math.round(seconds * 1e9)), prefillMicrojoules, microjoules - prefillMicrojoules);
    }

    /** Above rest, of all accelerators at the limit for so many seconds. */
    private long microjoules(double secondsAtLimit) {
        long milliwatts = tensorParallel * (accelerator.maxMilliwatts() - accelerator.idleMilliwatts());
        return Math.round(milliwatts * secondsAtLimit * MICROJOULES_PER_MILLIWATT_SECOND);
    }

    private double flops(PhaseWork phase) {
        return model.matrixFlopsPerToken() * phase.tokens() + model.attentionFlopsPerPair() * phase.pairs();
    }

    private double bytes(PhaseWork phase, long allTokens) {
        return (double) model.weightBytes() * phase.tokens() / allTokens
                + (double) model.keyValueBytesPerToken() * (phase.keyValueTokensRead() + phase.tokens());
    }

    /** In a ring each of N members passes on 2 (N - 1) / N of what is summed (Patarasuk and Yuan, 2009). */
    private double exchangeSeconds(long tokens) {
        if (tensorParallel == 1) {
            return 0;
        }
        double bytes = (double) tokens * model.hidden() * BYTES_PER_ACTIVATION;
        double onLink = bytes * 2 * (tensorParallel - 1) / tensorParallel / accelerator.linkBytesPerSecond();
        return EXCHANGES_PER_LAYER * model.layers() * (EXCHANGE_SECONDS + onLink);
    }
}
