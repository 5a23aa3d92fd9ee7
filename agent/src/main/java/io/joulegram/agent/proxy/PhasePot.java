package io.joulegram.agent.proxy;

import io.joulegram.agent.attribution.Apportionment;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;

/**
 * Divides the energy of one phase of one model, interval by interval, over the requests that the proxy saw and what was
 * served past it. Every microjoule that is put in comes out once, or is held.
 *
 * <p>The proxy sees a token some time before or after the server counts it. So the part of an interval's energy whose tokens
 * were not seen waits for the next interval: the tokens that are seen in that one are first taken for those; what is left
 * was served past the proxy. Tokens seen before they are counted are remembered. So what counts as served past the proxy is
 * by tokens what the server counted more than the proxy saw in all, however late it saw them, up to an interval.
 *
 * <p>Not thread-safe.
 */
final class PhasePot {
    /**
     * What an interval ended with.
     *
     * @param requests microjoules of each request
     * @param bypass microjoules of what was served past the proxy
     */
    record Parts(List<Long> requests, long bypass) {}

    private long heldMicrojoules;
    private double heldTokens;
    private double aheadTokens;
    private double correctionLeft;

    /** Energy whose owner the next interval decides. */
    long heldMicrojoules() {
        return heldMicrojoules;
    }

    /**
     * Ends an interval.
     *
     * @param microjoules its energy
     * @param counted tokens that the server counted in it
     * @param seen tokens of each request that the proxy saw in it
     * @param shares what each of them has of what they get together; 0 only where it has no tokens
     * @param correction by how many tokens more than it was told the proxy has seen in earlier intervals
     * @param mostAhead how many tokens can have been seen and not be counted yet
     */
    Parts settle(
            long microjoules, double counted, double[] seen, double[] shares, double correction, double mostAhead) {
        double weights = DoubleStream.of(seen).sum();
        double corrected = weights + correction + correctionLeft;
        correctionLeft = Math.min(0, corrected);
        double seenInAll = Math.max(0, corrected);
        double matched = Math.min(heldTokens, seenInAll);
        double left = seenInAll - matched + aheadTokens;
        double missing = Math.max(0, counted - left);
        aheadTokens = Math.min(mostAhead, Math.max(0, left - counted));

        long fromHeld = weights > 0 ? part(heldMicrojoules, heldTokens > 0 ? matched / heldTokens : 1) : 0;
        long bypass = heldMicrojoules - fromHeld;
        long toHold = weights > 0 ? part(microjoules, counted > 0 ? missing / counted : 0) : microjoules;
        heldMicrojoules = toHold;
        heldTokens = weights > 0 ? missing : counted;
        long requests = fromHeld + microjoules - toHold;
        long[] parts = requests > 0 ? Apportionment.split(requests, shares) : new long[seen.length];
        return new Parts(LongStream.of(parts).boxed().toList(), bypass);
    }

    private static long part(long microjoules, double share) {
        return Math.min(microjoules, Math.round(microjoules * share));
    }

    /** Lets go of what is held: nothing more can be known of it. */
    long release() {
        long released = heldMicrojoules;
        heldMicrojoules = 0;
        heldTokens = 0;
        aheadTokens = 0;
        correctionLeft = 0;
        return released;
    }
}
