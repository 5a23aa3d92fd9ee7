package io.joulegram.agent.proxy;

import java.util.ArrayList;
import java.util.List;

/**
 * The energy of one model since the proxy first heard of it: that of requests, of what was served past the proxy, idle, and
 * held for the next interval. Their sum is what the daemon has booked on the model in that time, to the microjoule. Not
 * thread-safe, but for {@link #costs()}.
 */
final class ModelBook {
    private final PhasePot prefill = new PhasePot();
    private final PhasePot decode = new PhasePot();
    private final RecentCosts recent = new RecentCosts();

    private ModelReading latest;
    private EnergyShare requests = EnergyShare.NONE;
    private EnergyShare bypass = EnergyShare.NONE;
    private long idleMicrojoules;
    private double idleGrams;
    private double heldGrams;
    private long resets;
    private volatile TokenCosts costs = TokenCosts.UNKNOWN;

    /** @param first what there was before the proxy; the books begin after it */
    ModelBook(ModelReading first) {
        latest = first;
    }

    /** What tokens have cost of late. Thread-safe. */
    TokenCosts costs() {
        return costs;
    }

    /** What all requests got. */
    EnergyShare requests() {
        return requests;
    }

    /** What was served past the proxy. */
    EnergyShare bypass() {
        return bypass;
    }

    /** Idle energy. */
    long idleMicrojoules() {
        return idleMicrojoules;
    }

    /** Grams of idle energy. */
    double idleGrams() {
        return idleGrams;
    }

    /** What the next interval decides on. */
    long heldMicrojoules() {
        return prefill.heldMicrojoules() + decode.heldMicrojoules();
    }

    /** Grams of what is held. */
    double heldGrams() {
        return heldGrams;
    }

    /** How often the daemon began anew. */
    long resets() {
        return resets;
    }

    /** The newest reading that was booked. */
    ModelReading latest() {
        return latest;
    }

    /**
     * Begins anew after a daemon that did: what was used between cannot be told, and is in no book.
     *
     * @param first what the new daemon says first
     */
    void restart(ModelReading first) {
        bypass = bypass.plus(new EnergyShare(prefill.release(), decode.release(), heldGrams));
        heldGrams = 0;
        resets++;
        latest = first;
    }

    /**
     * Books the interval up to a reading.
     *
     * @param reading one that follows the newest
     * @param works what was seen of requests in it
     * @param writing what each has of the time in which they wrote
     * @param promptsKnown whether prompt tokens of requests are more than a guess; else none are taken for served elsewhere
     * @return what each request got
     */
    List<EnergyShare> settle(ModelReading reading, List<SeenWork> works, double[] writing, boolean promptsKnown) {
        ModelReading before = latest;
        long heldBefore = heldMicrojoules();
        latest = reading;
        recent.add(before, reading);
        costs = recent.costs();
        double[] prompts = works.stream().mapToDouble(SeenWork::prompt).toArray();
        double[] outputs = works.stream().mapToDouble(SeenWork::output).toArray();
        double counted = reading.computedPromptTokens() - before.computedPromptTokens();
        PhasePot.Parts reads = prefill.settle(
                reading.prefillMicrojoules() - before.prefillMicrojoules(),
                promptsKnown || prompts.length == 0 ? counted : Math.min(counted, sum(prompts)),
                prompts,
                prompts,
                works.stream().mapToDouble(SeenWork::promptCorrection).sum(),
                works.stream().mapToDouble(SeenWork::promptSoFar).sum());
        PhasePot.Parts writes = decode.settle(
                reading.decodeMicrojoules() - before.decodeMicrojoules(),
                (double) (reading.outputTokens() - before.outputTokens()),
                outputs,
                writing,
                works.stream().mapToDouble(SeenWork::outputCorrection).sum(),
                works.stream().mapToDouble(SeenWork::outputSoFar).sum());
        return book(before, heldBefore, reads, writes);
    }

    private List<EnergyShare> book(ModelReading before, long heldBefore, PhasePot.Parts reads, PhasePot.Parts writes) {
        double grams = heldGrams;
        if (latest.grams().isPresent() && before.grams().isPresent()) {
            grams += latest.grams().getAsDouble() - before.grams().getAsDouble();
        }
        long energy = heldBefore + latest.totalMicrojoules() - before.totalMicrojoules();
        double perMicrojoule = energy > 0 ? grams / energy : 0;
        List<EnergyShare> shares = new ArrayList<>(reads.requests().size());
        for (int i = 0; i < reads.requests().size(); i++) {
            EnergyShare share = share(reads.requests().get(i), writes.requests().get(i), perMicrojoule);
            requests = requests.plus(share);
            shares.add(share);
        }
        bypass = bypass.plus(share(reads.bypass(), writes.bypass(), perMicrojoule));
        long idle = latest.idleMicrojoules() - before.idleMicrojoules();
        idleMicrojoules += idle;
        // Hardware is there without energy too; that is idle.
        idleGrams += energy > 0 ? idle * perMicrojoule : grams;
        heldGrams = heldMicrojoules() * perMicrojoule;
        return shares;
    }

    private static EnergyShare share(long prefill, long decode, double gramsPerMicrojoule) {
        return new EnergyShare(prefill, decode, (prefill + decode) * gramsPerMicrojoule);
    }

    private static double sum(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum;
    }
}
