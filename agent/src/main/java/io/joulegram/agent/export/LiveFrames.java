package io.joulegram.agent.export;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * What viewers of the live page are sent, made once for all of them and only while somebody looks: the power of each
 * device in every quarter of a second, and every second the documents of {@code /api/v1/status} and {@code
 * /api/v1/summary}. The power is the slope of the curves that the samplers keep anyway, so that the last minute is there
 * at once and nothing is done in the sampling loop.
 *
 * <p>Thread-safe, by a lock that is taken by viewers alone.
 */
final class LiveFrames {
    /** How much time one frame is of. */
    static final long FRAME_NANOS = 250_000_000L;
    /** Frames that a viewer can be behind, or get at the start: a minute. */
    static final int KEPT = 240;
    /** By then every sensor has told of a frame: those of the longest window and cadence give a mean of a second. */
    private static final long LAG_NANOS = 1_250_000_000L;

    private static final long STATE_NANOS = 1_000_000_000L;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double TENTHS = 10;

    /** What is new to a viewer. */
    record Batch(String text, long newestId, long stateNanos) {}

    private record Frame(long id, String text) {}

    private final Supplier<List<PowerCurve>> curves;
    private final Supplier<Optional<Snapshot>> snapshots;
    private final StatusDocument status;
    private final SummaryDocument summary = new SummaryDocument();
    private final LongSupplier clock;
    private final ArrayDeque<Frame> frames = new ArrayDeque<>(KEPT);
    private String state = "";
    private long stateNanos;

    /** @param clock {@link System#nanoTime}, on which the curves are */
    LiveFrames(
            Supplier<List<PowerCurve>> curves,
            Supplier<Optional<Snapshot>> snapshots,
            BuildInfo build,
            LongSupplier clock) {
        this.curves = curves;
        this.snapshots = snapshots;
        this.clock = clock;
        status = new StatusDocument(build);
        stateNanos = clock.getAsLong() - STATE_NANOS;
    }

    /**
     * The server-sent events that a viewer has not seen. Frames that are not kept any more are left out.
     *
     * @param afterId the last frame it has; one that never was gives all that is kept
     * @param seenStateNanos {@link Batch#stateNanos} of the newest batch that it got, or any other instant for none
     */
    synchronized Batch since(long afterId, long seenStateNanos) {
        long now = clock.getAsLong();
        makeFrames(now);
        makeState(now);
        Frame newest = frames.getLast();
        long from = afterId > newest.id() ? Long.MIN_VALUE : afterId;
        StringBuilder text = new StringBuilder();
        if (stateNanos != seenStateNanos) {
            text.append(state);
        }
        frames.stream().filter(frame -> frame.id() > from).map(Frame::text).forEach(text::append);
        return new Batch(text.toString(), newest.id(), stateNanos);
    }

    private void makeFrames(long nowNanos) {
        long newest = Math.floorDiv(nowNanos - LAG_NANOS, FRAME_NANOS) - 1;
        long first = newest - KEPT + 1;
        List<PowerCurve> known = curves.get();
        double wallMillis = System.currentTimeMillis() - nowNanos / NANOS_PER_MILLI;
        for (long id = frames.isEmpty()
                        ? first
                        : Math.max(first, frames.getLast().id() + 1);
                id <= newest;
                id++) {
            if (frames.size() == KEPT) {
                frames.removeFirst();
            }
            frames.add(new Frame(id, power(id, known, wallMillis)));
        }
    }

    private static String power(long id, List<PowerCurve> curves, double wallMillisAtZero) {
        long startNanos = id * FRAME_NANOS;
        long endNanos = startNanos + FRAME_NANOS;
        Map<String, Double> watts = new TreeMap<>();
        for (PowerCurve curve : curves) {
            double mean = curve.meanWatts(startNanos, endNanos);
            if (!Double.isNaN(mean)) {
                watts.put(curve.label(), Math.round(mean * TENTHS) / TENTHS);
            }
        }
        JsonObject json = new JsonObject()
                .number("unixMillis", Math.round(wallMillisAtZero + endNanos / NANOS_PER_MILLI))
                .reals("watts", watts);
        return "id: " + id + "\n" + event("power", json.toBytes());
    }

    private void makeState(long nowNanos) {
        if (nowNanos - stateNanos < STATE_NANOS) {
            return;
        }
        stateNanos = nowNanos;
        snapshots
                .get()
                .ifPresent(snapshot ->
                        state = event("status", status.render(snapshot)) + event("summary", summary.render(snapshot)));
    }

    private static String event(String name, byte[] data) {
        return "event: " + name + "\ndata: " + new String(data, StandardCharsets.UTF_8) + "\n\n";
    }
}
