package io.joulegram.agent.phases;

import java.util.SplittableRandom;

/**
 * A server of continuous batching, step by step, whose energy is known: requests arrive by Poisson, prompts and outputs
 * are lognormal as long as ShareGPT's, a tenth of the prompt tokens comes from a cache. A step computes a chunk of
 * prompts, if any waits, and one token for each sequence. Prompt tokens are counted when their prefill is done, output
 * tokens at the end of each step, as vLLM does; energy flows while a step runs.
 */
public final class SimulatedServing {
    /** With nothing to do. */
    public static final double IDLE_WATTS = 80;

    /** Of a computed prompt token. */
    public static final double COMPUTED_JOULES = 0.05;

    private static final double CACHED_JOULES = 0.002;
    private static final double DECODED_JOULES = 0.3;
    private static final double SHARE_OF_REQUESTS_HALF_CACHED = 0.2;
    private static final int CHUNK_TOKENS = 2_048;
    private static final int MAX_BATCH = 256;
    private static final int MAX_WAITING = 1_024;
    private static final double STEP_SECONDS = 0.015;
    private static final double SECONDS_PER_SEQUENCE = 1e-4;
    private static final double SECONDS_PER_PROMPT_TOKEN = 1e-4;

    private final SplittableRandom random;
    private final double requestsPerSecond;
    private final double joulesPerStep;
    private final boolean tellsSteps;
    private final int[] left = new int[MAX_BATCH];
    private final int[] computedOfWaiting = new int[MAX_WAITING];
    private final int[] cachedOfWaiting = new int[MAX_WAITING];
    private int batch;
    private int waitingFrom;
    private int waitingTo;
    private int prefilled;
    private double nowSeconds;
    private double askedSeconds;
    private double nextArrivalSeconds;
    private double runningBefore;
    private double decodeJoules;
    private double decodedEver;
    private PhaseWork told = PhaseWork.NONE;
    /** Of the step that runs past the end of what is asked: later energy, and tokens counted at its end. */
    private PhaseWork carried = PhaseWork.NONE;

    /**
     * @param joulesPerStep of each decode step whatever its batch; 0 makes energy linear in tokens
     * @param tellsSteps whether it counts its decode steps; else they are reckoned from the gauge of requests that run
     */
    public SimulatedServing(long seed, double requestsPerSecond, double joulesPerStep, boolean tellsSteps) {
        random = new SplittableRandom(seed);
        this.requestsPerSecond = requestsPerSecond;
        this.joulesPerStep = joulesPerStep;
        this.tellsSteps = tellsSteps;
        nextArrivalSeconds = exponential();
    }

    /** Energy of decode per output token so far. */
    public double decodeJoulesPerToken() {
        return decodeJoules / decodedEver;
    }

    /** The gauge of requests that run, that in prefill included. */
    public int running() {
        return batch + (prefilled > 0 ? 1 : 0);
    }

    /** What happened since it was last asked until this time, without any error of measurement. */
    public PhaseWork until(double seconds) {
        told = carried;
        carried = PhaseWork.NONE;
        while (nowSeconds < seconds) {
            takeArrivals();
            if (batch == 0 && waitingFrom == waitingTo) {
                nowSeconds = nextArrivalSeconds;
            } else {
                step(seconds);
            }
        }
        double elapsed = seconds - askedSeconds;
        double steps =
                tellsSteps ? told.decodeSteps() : told.decodedTokens() / Math.max(1, (runningBefore + running()) / 2);
        askedSeconds = seconds;
        runningBefore = running();
        return new PhaseWork(
                (long) (seconds * 1e9),
                elapsed,
                steps,
                told.joules() + IDLE_WATTS * elapsed,
                told.computedTokens(),
                told.cachedTokens(),
                told.decodedTokens(),
                told.prefillSeconds(),
                told.decodeSeconds());
    }

    private void step(double endSeconds) {
        int sequences = batch;
        int chunk = 0;
        double cachedNow = 0;
        double computed = 0;
        double cached = 0;
        int began = 0;
        while (waitingFrom != waitingTo && chunk < CHUNK_TOKENS && batch + began < MAX_BATCH) {
            int slot = waitingFrom % MAX_WAITING;
            int take = Math.min(CHUNK_TOKENS - chunk, computedOfWaiting[slot] - prefilled);
            cachedNow += prefilled == 0 ? cachedOfWaiting[slot] : 0;
            chunk += take;
            prefilled += take;
            if (prefilled == computedOfWaiting[slot]) {
                computed += computedOfWaiting[slot];
                cached += cachedOfWaiting[slot];
                prefilled = 0;
                waitingFrom++;
                began++;
            }
        }
        double prefillSeconds = SECONDS_PER_PROMPT_TOKEN * chunk;
        double decodeSeconds = STEP_SECONDS + SECONDS_PER_SEQUENCE * sequences;
        double decode = sequences > 0 ? joulesPerStep + DECODED_JOULES * sequences : 0;
        double energy = COMPUTED_JOULES * chunk + CACHED_JOULES * cachedNow + decode;
        decodeJoules += decode;
        decodedEver += sequences;
        book(
                Math.min(1, (endSeconds - nowSeconds) / (prefillSeconds + decodeSeconds)),
                new PhaseWork(
                        0,
                        0,
                        sequences > 0 ? 1 : 0,
                        energy,
                        computed,
                        cached,
                        sequences,
                        prefillSeconds,
                        sequences > 0 ? decodeSeconds : 0));
        nowSeconds += prefillSeconds + decodeSeconds;
        finish();
        for (int i = 0; i < began; i++) {
            left[batch++] = lognormal(150, 1.0, 1_024);
        }
    }

    private void book(double inside, PhaseWork step) {
        if (inside == 1) {
            told = told.then(step);
        } else {
            told = told.then(PhaseWork.quiet(0, 0, inside * step.joules()));
            carried = step.then(PhaseWork.quiet(0, 0, -inside * step.joules()));
        }
    }

    private void finish() {
        int i = 0;
        while (i < batch) {
            left[i]--;
            if (left[i] == 0) {
                batch--;
                left[i] = left[batch];
            } else {
                i++;
            }
        }
    }

    private void takeArrivals() {
        while (nextArrivalSeconds <= nowSeconds && waitingTo - waitingFrom < MAX_WAITING) {
            int prompt = lognormal(110, 1.2, 2_048);
            int fromCache = random.nextDouble() < SHARE_OF_REQUESTS_HALF_CACHED ? prompt / 2 : 0;
            computedOfWaiting[waitingTo % MAX_WAITING] = prompt - fromCache;
            cachedOfWaiting[waitingTo % MAX_WAITING] = fromCache;
            waitingTo++;
            nextArrivalSeconds += exponential();
        }
    }

    private double exponential() {
        return -Math.log(1 - random.nextDouble()) / requestsPerSecond;
    }

    private int lognormal(double median, double sigma, int most) {
        return (int) Math.max(1, Math.min(most, Math.round(median * Math.exp(sigma * random.nextGaussian()))));
    }
}
