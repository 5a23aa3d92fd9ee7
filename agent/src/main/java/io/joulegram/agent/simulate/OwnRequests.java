package io.joulegram.agent.simulate;

import java.util.Random;

/**
 * Requests that the server makes of itself, so that there is load without a client: they come at random (a Poisson process
 * whose rate is that of the traffic), with prompts of 100 tokens and more, 600 on average, of which every other one begins with a prompt that they have in
 * common, and answers of 40 to 259 tokens. The same for the same seed. Not thread-safe.
 */
final class OwnRequests {
    private static final int LEAST_PROMPT_TOKENS = 100;
    private static final double MEAN_FURTHER_PROMPT_TOKENS = 500;
    private static final int COMMON_TOKENS = 256;
    private static final int LEAST_OUTPUT_TOKENS = 40;
    private static final int OUTPUT_TOKENS_RANGE = 220;
    private static final double NANOS_PER_SECOND = 1e9;

    private final Random random;
    private final Traffic traffic;
    private final int maxTokens;
    private final int vocabulary;
    private double nowSeconds;

    /**
     * Requests that fit the settings.
     *
     * @param traffic how many come, at times above 0
     */
    OwnRequests(EngineSettings settings, Traffic traffic) {
        random = new Random(settings.seed());
        this.traffic = traffic;
        maxTokens = settings.maxTokens();
        vocabulary = settings.model().vocabulary();
    }

    /** How long it is from the one before, at first from the begin, until the next one: by thinning (Lewis and Shedler, 1979). */
    long nextDelayNanos() {
        double lastSeconds = nowSeconds;
        do {
            nowSeconds += exponential() / traffic.mostPerSecond();
        } while (random.nextDouble() * traffic.mostPerSecond()
                >= traffic.perSecond().applyAsDouble(nowSeconds));
        return (long) ((nowSeconds - lastSeconds) * NANOS_PER_SECOND);
    }

    private double exponential() {
        return -Math.log(1 - random.nextDouble());
    }

    /** The next one, whose tokens nobody takes. */
    Sequence next() {
        int outputTokens = Math.min(LEAST_OUTPUT_TOKENS + random.nextInt(OUTPUT_TOKENS_RANGE), maxTokens - 1);
        int wanted = LEAST_PROMPT_TOKENS + (int) (MEAN_FURTHER_PROMPT_TOKENS * exponential());
        int[] ids = new int[Math.min(wanted, maxTokens - outputTokens)];
        int common = random.nextBoolean() ? Math.min(COMMON_TOKENS, ids.length) : 0;
        for (int i = 0; i < ids.length; i++) {
            ids[i] = i < common ? i % vocabulary : random.nextInt(vocabulary);
        }
        return new Sequence(PromptTokens.ofIds(ids), outputTokens, Finish.STOP, (index, finish) -> {});
    }
}
