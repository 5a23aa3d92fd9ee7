package io.joulegram.agent.load;

/**
 * Requests and tokens of a span of time. A token belongs to it if it came in it; a prompt, if its first token did; a
 * latency, if the request ended in it; and of a request as much as the share of its answer that came in it, so that a span
 * need not hold whole ones. Tokens of requests that the server has not counted count as those of
 * the others so far, by event. Immutable.
 *
 * @param seconds how long it is
 * @param requests requests that were served, by share of their answer
 * @param servedPromptTokens prompt tokens of those requests, by the same share
 * @param promptTokens of prompts, those from the cache included
 * @param cachedTokens those of them from the cache
 * @param outputTokens written
 * @param attendedTokens over all tokens that were computed, those that each attends to, itself included
 * @param meanInFlight requests on their way, on average over time
 * @param latencySeconds from the intended instant of sending to the end
 * @param firstTokenSeconds from the intended instant of sending to the first token
 * @param perTokenSeconds time after the first token over the tokens after it, request by request
 * @param interTokenSeconds time between two events of a stream
 * @param lagSeconds how late requests were sent: what the generator itself adds
 */
public record LoadWindow(
        double seconds,
        double requests,
        double servedPromptTokens,
        double promptTokens,
        double cachedTokens,
        double outputTokens,
        double attendedTokens,
        double meanInFlight,
        Samples latencySeconds,
        Samples firstTokenSeconds,
        Samples perTokenSeconds,
        Samples interTokenSeconds,
        Samples lagSeconds) {
    /** This span and another one. */
    public LoadWindow plus(LoadWindow other) {
        double all = seconds + other.seconds;
        return new LoadWindow(
                all,
                requests + other.requests,
                servedPromptTokens + other.servedPromptTokens,
                promptTokens + other.promptTokens,
                cachedTokens + other.cachedTokens,
                outputTokens + other.outputTokens,
                attendedTokens + other.attendedTokens,
                (meanInFlight * seconds + other.meanInFlight * other.seconds) / all,
                latencySeconds.plus(other.latencySeconds),
                firstTokenSeconds.plus(other.firstTokenSeconds),
                perTokenSeconds.plus(other.perTokenSeconds),
                interTokenSeconds.plus(other.interTokenSeconds),
                lagSeconds.plus(other.lagSeconds));
    }
}
