package io.joulegram.agent.attribution;

import io.joulegram.power.Component;
import io.joulegram.tokens.CountingHost;
import io.joulegram.tokens.ModelTokens;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What one model of one server has used and done since the start. Where another host counts its tokens they are known here and
 * in no figure, and its requests neither. Owned by the accounting thread.
 */
public final class ModelAccount {
    private final String model;
    private final boolean counted;
    private final Amounts prefill = new Amounts();
    private final Amounts decode = new Amounts();
    private final Amounts idle = new Amounts();
    private final RollingWindow window = new RollingWindow();

    private ModelTokens latest;
    private final OutputProgress progress = new OutputProgress();
    private TokenDelta attributed = TokenDelta.NONE;
    private long madeTokens;
    private long unattributedTokens;
    private OptionalLong bookedUntilNanos = OptionalLong.empty();
    private OptionalLong leftNanos = OptionalLong.empty();
    private PhaseMethod phaseMethod = PhaseMethod.TOKEN_WEIGHTS;

    /** @param counting on which host its tokens are counted */
    ModelAccount(ModelTokens first, CountingHost counting) {
        model = first.model();
        counted = counting == CountingHost.HERE;
        latest = first;
    }

    void book(IntervalShare share) {
        prefill.add(share.prefill());
        decode.add(share.decode());
        idle.add(share.idle());
        attributed = attributed.plus(share.counted());
        madeTokens += share.tokens().generated();
        window.add(counted ? share : share.withoutTokens());
        bookedUntilNanos = OptionalLong.of(share.endNanos());
    }

    void bookUnattributed(TokenDelta tokens) {
        unattributedTokens += counted ? tokens.all() : 0;
    }

    void noteLatest(ModelTokens tokens, long atNanos) {
        latest = tokens;
        if (tokens.loaded()) {
            leftNanos = OptionalLong.empty();
        } else {
            noteLeft(atNanos);
        }
    }

    /** Its output as it is made. */
    OutputProgress progress() {
        return progress;
    }

    /** Its server tells of it no more. */
    void noteLeft(long atNanos) {
        leftNanos = leftNanos.isPresent() ? leftNanos : OptionalLong.of(atNanos);
    }

    /** Since when its server has not told of it, on the clock of {@link System#nanoTime()}; empty while it does. */
    OptionalLong leftNanos() {
        return leftNanos;
    }

    /** Energy and grams of all phases since the start. */
    Amounts total() {
        Amounts sum = new Amounts();
        sum.add(prefill);
        sum.add(decode);
        sum.add(idle);
        return sum;
    }

    /** Brings the gauges up to date without moving the counters that the open interval began with. */
    void noteRequests(ModelTokens now) {
        latest = new ModelTokens(
                model,
                latest.promptTokens(),
                latest.cachedPromptTokens(),
                latest.generatedTokens(),
                now.requestsRunning(),
                now.requestsWaiting(),
                latest.requests(),
                latest.requestMicroseconds(),
                latest.prefillMicroseconds(),
                latest.decodeMicroseconds(),
                latest.steps(),
                latest.busySlots(),
                now.loaded());
    }

    /** Notes what the split of an interval that had tokens rested on. */
    void notePhaseMethod(PhaseMethod method) {
        phaseMethod = method;
    }

    /** What the split over phases of the newest interval with tokens rested on. */
    public PhaseMethod phaseMethod() {
        return phaseMethod;
    }

    /** Whether its tokens are counted on this host. */
    public boolean isCounted() {
        return counted;
    }

    ModelTokens latest() {
        return latest;
    }

    /** The {@code model} label. */
    public String model() {
        return model;
    }

    /** Energy and grams of a phase since the start. */
    public Amounts amounts(Phase phase) {
        return switch (phase) {
            case PREFILL -> prefill;
            case DECODE -> decode;
            case IDLE -> idle;
        };
    }

    /** Grams of CO2e from the energy of all phases, by the headline's basis. */
    public double operationalGrams() {
        return prefill.totalOperationalGrams() + decode.totalOperationalGrams() + idle.totalOperationalGrams();
    }

    /** Grams of CO2e from the making of the devices. */
    public double embodiedGrams() {
        return prefill.totalEmbodiedGrams() + decode.totalEmbodiedGrams() + idle.totalEmbodiedGrams();
    }

    /** Energy of a component in a phase, in microjoules. */
    public long microjoules(Phase phase, Component component) {
        return amounts(phase).microjoules(component);
    }

    /** Prompt tokens, as the server counts them, whose energy is in this account; empty if not counted. */
    public OptionalLong promptTokens() {
        return figure(latest.promptTokens(), attributed.prompt());
    }

    /** Prompt tokens from a cache whose energy is in this account; empty if not counted. */
    public OptionalLong cachedPromptTokens() {
        return figure(latest.cachedPromptTokens(), attributed.cachedPrompt());
    }

    /** Output tokens whose energy is in this account; empty if not counted. */
    public OptionalLong generatedTokens() {
        return figure(latest.generatedTokens(), attributed.generated());
    }

    private OptionalLong figure(OptionalLong told, long total) {
        return counted && told.isPresent() ? OptionalLong.of(total) : OptionalLong.empty();
    }

    /**
     * Output tokens whose energy is in this account as they were made; before they are counted where the server does that at the
     * end of a request. Empty if not counted.
     */
    public OptionalLong madeTokens() {
        return figure(latest.generatedTokens(), madeTokens);
    }

    /** The end of the newest interval in this account, on the clock of {@link System#nanoTime()}; empty before the first. */
    public OptionalLong bookedUntilNanos() {
        return bookedUntilNanos;
    }

    /** Tokens of times whose energy could not be attributed. */
    public long unattributedTokens() {
        return unattributedTokens;
    }

    /** Requests that finished in times whose energy is in this account; empty if the server does not tell. */
    public OptionalLong requests() {
        return figure(latest.requests(), attributed.requests());
    }

    /** What those took from their arrival to their end, summed, in microseconds; empty if the server does not tell. */
    public OptionalLong requestMicroseconds() {
        return figure(latest.requestMicroseconds(), attributed.requestMicroseconds());
    }

    /** What a request takes from its arrival to its end, whoever counts it, in seconds; empty before the first. */
    OptionalDouble meanRequestSeconds() {
        return attributed.requests() > 0
                ? OptionalDouble.of(attributed.requestMicroseconds() * 1e-6 / attributed.requests())
                : OptionalDouble.empty();
    }

    /** Requests in the batch at the newest scrape; empty if the server does not tell. */
    public OptionalDouble requestsRunning() {
        return counted ? latest.requestsRunning() : OptionalDouble.empty();
    }

    /** Requests in the queue at the newest scrape; empty if the server does not tell. */
    public OptionalDouble requestsWaiting() {
        return counted ? latest.requestsWaiting() : OptionalDouble.empty();
    }

    /** The last minute. */
    public RollingWindow window() {
        return window;
    }
}
