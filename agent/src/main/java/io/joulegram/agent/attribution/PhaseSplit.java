package io.joulegram.agent.attribution;

import io.joulegram.agent.phases.IdleWatts;
import io.joulegram.agent.phases.PhaseFit;
import io.joulegram.agent.phases.PhaseLearner;
import io.joulegram.agent.phases.PhaseWork;
import io.joulegram.power.Component;
import io.joulegram.tokens.ModelTokens;
import io.joulegram.tokens.ServerRole;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * How the active energy of a server's intervals is split over its models and their phases, by the best evidence there
 * is: a fit of what the phases cost, else the time that the engine says it spent on each, else the weights of tokens.
 *
 * <p>The fit is of the energy of the GPUs, or of the processors where there are none, and of one model: where another
 * one is served it begins anew, and intervals in which several worked tell it nothing. Owned by the accounting thread.
 */
final class PhaseSplit {
    private static final double MICROS_PER_SECOND = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;

    private final TokenWeights weights;
    private final PhaseLearner learner = new PhaseLearner();
    private String learnedModel = "";
    private Component learnedComponent = Component.GPU;
    private OptionalDouble runningBefore = OptionalDouble.empty();
    private boolean shared;

    PhaseSplit(TokenWeights weights) {
        this.weights = weights;
    }

    /** In this interval a device's energy was shared with another server on no evidence of what each did. */
    void noteShared() {
        shared = true;
    }

    /** Drops what was learned: the devices are others now. */
    void forget() {
        learner.forget();
    }

    /** The next interval does not follow the last one. */
    void interrupt() {
        learner.interrupt();
        runningBefore = OptionalDouble.empty();
        shared = false;
    }

    /** What is known of the phases of a model; empty if it is not the one that is learned. */
    Optional<PhaseFit> fit(String model) {
        return model.equals(learnedModel) ? Optional.of(learner.fit()) : Optional.empty();
    }

    /**
     * Learns from an interval.
     *
     * @param atFinish whether output tokens are counted when a request ends
     */
    void learn(
            List<ModelWork> works,
            Amounts amounts,
            long endNanos,
            long elapsedNanos,
            boolean atFinish,
            IdlePower idlePower) {
        boolean sharedNow = shared;
        shared = false;
        List<ModelWork> working = working(works).toList();
        if (sharedNow) {
            learner.forgetShared();
        } else if (working.size() > 1) {
            learner.interrupt();
        } else {
            Component component = amounts.microjoules(Component.GPU) > 0 ? Component.GPU : Component.CPU;
            working.forEach(work -> attend(work.now().model(), component));
            PhaseWork interval = works.stream()
                    .filter(work -> work.now().model().equals(learnedModel))
                    .findFirst()
                    .map(work -> phaseWork(work, amounts.microjoules(learnedComponent), endNanos, elapsedNanos))
                    .orElseGet(() -> PhaseWork.quiet(
                            endNanos,
                            elapsedNanos / NANOS_PER_SECOND,
                            amounts.microjoules(learnedComponent) / MICROS_PER_SECOND));
            learner.add(interval, windowSeconds(working, atFinish), idleWatts(idlePower));
        }
        runningBefore = works.stream()
                .filter(work -> work.now().model().equals(learnedModel))
                .findFirst()
                .map(work -> work.now().requestsRunning())
                .orElse(OptionalDouble.empty());
    }

    private static Stream<ModelWork> working(List<ModelWork> works) {
        return works.stream().filter(ModelWork::worked);
    }

    private void attend(String model, Component component) {
        if (!model.equals(learnedModel) || component != learnedComponent) {
            learner.forget();
            learnedModel = model;
            learnedComponent = component;
            runningBefore = OptionalDouble.empty();
        }
    }

    private Optional<IdleWatts> idleWatts(IdlePower idlePower) {
        OptionalDouble watts = idlePower.watts(learnedComponent);
        return watts.isPresent()
                ? Optional.of(new IdleWatts(watts.getAsDouble(), idlePower.halfWidthWatts(learnedComponent)))
                : Optional.empty();
    }

    private static double windowSeconds(List<ModelWork> working, boolean atFinish) {
        OptionalDouble mean = OptionalDouble.empty();
        for (ModelWork work : working) {
            OptionalDouble seconds = work.account().meanRequestSeconds();
            mean = seconds.isPresent() ? seconds : mean;
        }
        return PhaseLearner.windowSeconds(atFinish, mean);
    }

    private PhaseWork phaseWork(ModelWork work, long microjoules, long endNanos, long elapsedNanos) {
        TokenDelta tokens = work.tokens();
        return new PhaseWork(
                endNanos,
                elapsedNanos / NANOS_PER_SECOND,
                decodeSteps(tokens, work.now()),
                microjoules / MICROS_PER_SECOND,
                tokens.computedPrompt(),
                tokens.cachedPrompt(),
                tokens.generated(),
                tokens.prefillMicroseconds() / MICROS_PER_SECOND,
                tokens.decodeMicroseconds() / MICROS_PER_SECOND);
    }

    /** As the engine tells, else by its output and the requests that run. */
    private double decodeSteps(TokenDelta tokens, ModelTokens now) {
        if (tokens.steps() > 0) {
            // A step without output has read a part of a prompt.
            return Math.min(tokens.steps(), tokens.generated());
        }
        OptionalDouble runningNow = now.requestsRunning();
        // A scrape may find nothing running where a short request ran in between.
        return runningBefore.isPresent() && runningNow.isPresent()
                ? tokens.generated() / Math.max(1, (runningBefore.getAsDouble() + runningNow.getAsDouble()) / 2)
                : 0;
    }

    /** The weights of an interval; they are all 0 only where no token has a weight. */
    PhaseWeights weigh(List<ModelWork> works) {
        PhaseFit fit = learner.fit();
        List<ModelWork> working = working(works).toList();
        if (fit.holds() && working.size() == 1 && working.get(0).now().model().equals(learnedModel)) {
            PhaseWork work = phaseWork(working.get(0), 0, 0, 0);
            PhaseWeights fitted = new PhaseWeights(
                    fit.bySeconds() ? PhaseMethod.SECONDS_FIT : PhaseMethod.TOKEN_FIT,
                    pairs(works, known -> new double[] {fit.prefillJoules(work), fit.decodeJoules(work)}));
            if (fitted.sum() > 0) {
                return fitted;
            }
        }
        if (!working.isEmpty()
                && working.stream().allMatch(work -> work.tokens().tellsSeconds())) {
            return new PhaseWeights(PhaseMethod.PHASE_SECONDS, pairs(works, tokens ->
                    new double[] {tokens.prefillMicroseconds(), tokens.decodeMicroseconds()}));
        }
        return byTokens(works);
    }

    /** The weights of an interval by tokens alone; of one unit for all servers. */
    PhaseWeights byTokens(List<ModelWork> works) {
        return new PhaseWeights(PhaseMethod.TOKEN_WEIGHTS, pairs(works, tokens ->
                new double[] {weights.prefillWeight(tokens), weights.decodeWeight(tokens)}));
    }

    /** The weights of an interval of a server of one phase, which has no tokens of the other. */
    static PhaseWeights byRole(List<ModelWork> works) {
        return new PhaseWeights(PhaseMethod.ROLE, pairs(works, tokens ->
                new double[] {tokens.computedPrompt() + tokens.cachedPrompt(), tokens.generated()}));
    }

    /** The weights of an interval in which requests ran and no token was told: they were given up while prompts were read. */
    static PhaseWeights ofUntold(List<ModelWork> works, ServerRole role) {
        return new PhaseWeights(
                PhaseMethod.TOKEN_WEIGHTS,
                works.stream()
                        .mapToDouble(work ->
                                work.account().latest().requestsRunning().orElse(0) > 0 ? 1 : 0)
                        .flatMap(
                                runs -> role == ServerRole.DECODE ? DoubleStream.of(0, runs) : DoubleStream.of(runs, 0))
                        .toArray());
    }

    private static double[] pairs(List<ModelWork> works, PairOf pairOf) {
        return works.stream()
                .flatMapToDouble(
                        work -> !work.worked() ? DoubleStream.of(0, 0) : DoubleStream.of(pairOf.pair(work.tokens())))
                .toArray();
    }

    /** The weights of one model's prefill and decode. */
    private interface PairOf {
        double[] pair(TokenDelta tokens);
    }
}
