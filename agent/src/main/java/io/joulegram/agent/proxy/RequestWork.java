package io.joulegram.agent.proxy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tokens of one request over time, as far as the proxy sees them: those of a stream as they come, those of an answer in
 * one piece when it has ended, and until then by its time in the server.
 *
 * <p>Thread-safe: the connection adds, the books take.
 */
final class RequestWork {
    private static final double MILLIS_PER_SECOND = 1e3;
    private static final long OPEN = Long.MAX_VALUE;
    /** Of an answer in one piece in an interval; those of most are some twenty. */
    private static final long MOST_MOMENTS = 200;

    private final long startMillis;
    private final TokenTimeline streamed = new TokenTimeline();

    private long bodyBytes;
    private long firstOutputMillis = OPEN;
    private long endMillis = OPEN;
    private boolean none;
    private boolean streaming;
    private long chunks;
    private long streamedTokens;
    private @Nullable Usage usage;

    private long takenUntilMillis;
    private boolean promptTaken;
    private double promptGiven;
    private double outputGiven;
    private boolean corrected;

    /** @param startMillis when the request came, since 1970 */
    RequestWork(long startMillis) {
        this.startMillis = startMillis;
        takenUntilMillis = startMillis;
    }

    /** So many bytes of the request's body were passed on. */
    synchronized void sent(int bytes) {
        bodyBytes += bytes;
    }

    /** The answer is a stream whose chunks can be counted. */
    synchronized void streams() {
        streaming = true;
    }

    /** The answer comes in one piece, or in a form whose tokens do not show, whatever was asked for. */
    synchronized void comesWhole() {
        streaming = false;
    }

    /** A chunk of a stream that holds output came. */
    synchronized void chunk(long unixMillis) {
        firstOutputMillis = Math.min(firstOutputMillis, unixMillis);
        chunks++;
        if (usage == null) {
            streamedTokens++;
            streamed.add(unixMillis, 1);
        }
    }

    /** The server told the tokens so far. */
    synchronized void told(long unixMillis, Usage soFar) {
        usage = soFar;
        if (streaming && soFar.output() > streamedTokens) {
            streamed.add(unixMillis, (double) (soFar.output() - streamedTokens));
            streamedTokens = soFar.output();
        }
    }

    /** The answer has ended, or was given up. */
    synchronized void end(long unixMillis) {
        if (endMillis == OPEN) {
            endMillis = Math.max(startMillis, unixMillis);
        }
    }

    /** The server refused the request, so it has no work. */
    synchronized void endWithoutWork(long unixMillis) {
        none = true;
        end(unixMillis);
    }

    /** What the server told of its tokens; empty if nothing. */
    synchronized Optional<Usage> usage() {
        return Optional.ofNullable(usage);
    }

    /** Chunks of the stream that held output. */
    synchronized long chunks() {
        return chunks;
    }

    /** Bytes of the request's body. */
    synchronized long bodyBytes() {
        return bodyBytes;
    }

    /** Whether it has ended and all of it has been taken. */
    synchronized boolean isTaken() {
        return endMillis <= takenUntilMillis && streamed.isEmpty();
    }

    /**
     * Takes what was not taken yet of the work up to an instant.
     *
     * @param moments takes when the output was written
     */
    synchronized SeenWork take(long untilMillis, Habits habits, OutputMoments.Sink moments) {
        if (none) {
            takenUntilMillis = Math.max(takenUntilMillis, untilMillis);
            return SeenWork.NONE;
        }
        boolean ended = endMillis <= untilMillis;
        double prompt = takePrompt(untilMillis, ended, habits);
        double output = streaming ? takeStreamed(untilMillis, ended, moments) : takeWhole(untilMillis, habits, moments);
        outputGiven += output;
        takenUntilMillis = Math.max(takenUntilMillis, untilMillis);
        Usage known = usage;
        if (!ended || corrected || known == null) {
            return new SeenWork(prompt, output, promptGiven, outputGiven, 0, 0);
        }
        corrected = true;
        return new SeenWork(
                prompt,
                output,
                promptGiven,
                outputGiven,
                known.computedPrompt() - promptGiven,
                known.output() - outputGiven);
    }

    private double takePrompt(long untilMillis, boolean ended, Habits habits) {
        // Servers count a prompt when they have computed it; when that is shows only in a stream.
        boolean computed = !streaming || ended || firstOutputMillis <= untilMillis;
        if (promptTaken || !computed || bodyBytes == 0) {
            return 0;
        }
        promptTaken = true;
        Usage known = usage;
        promptGiven = known == null ? bodyBytes * habits.promptTokensPerByte() : known.computedPrompt();
        return promptGiven;
    }

    private double takeStreamed(long untilMillis, boolean ended, OutputMoments.Sink moments) {
        return streamed.takeUntil(
                ended ? Long.MAX_VALUE : untilMillis,
                (slot, tokens) -> moments.wrote(slot, tokens, firstOutputMillis, endMillis));
    }

    private double takeWhole(long untilMillis, Habits habits, OutputMoments.Sink moments) {
        long until = Math.min(untilMillis, endMillis);
        double tokens = wholeUntil(until, habits);
        // What is told after the end was written before it.
        long last = TokenTimeline.slotOf(until);
        long first = Math.min(last, TokenTimeline.slotOf(takenUntilMillis));
        long stride = 1 + (last - first) / MOST_MOMENTS;
        long count = 1 + (last - first) / stride;
        for (long slot = first; slot <= last; slot += stride) {
            moments.wrote(slot, tokens / count, startMillis, endMillis);
        }
        return tokens;
    }

    private double wholeUntil(long until, Habits habits) {
        double millis = Math.max(0, until - takenUntilMillis);
        Usage known = usage;
        if (known == null) {
            return habits.outputTokensPerSecond() * millis / MILLIS_PER_SECOND;
        }
        double left = Math.max(0, known.output() - outputGiven);
        double leftMillis = endMillis - takenUntilMillis;
        return until >= endMillis || leftMillis <= 0 ? left : left * millis / leftMillis;
    }
}
