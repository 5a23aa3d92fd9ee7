package io.joulegram.agent.simulate;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.EventLoop;
import java.util.LinkedHashSet;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Keeps an engine in step with the clock and hands its tokens out: wakes at the end of each step, writes the step's tokens
 * to all connections and flushes each once. Lives on one event loop, and is used by it alone.
 */
final class EnginePump {
    private final SimulatedEngine engine;
    private final EventLoop loop;
    private final LongSupplier nanoTime;
    private final Set<ChannelHandlerContext> written = new LinkedHashSet<>();
    private boolean scheduled;

    /** @param nanoTime the engine's clock, which runs as fast as the event loop's */
    EnginePump(SimulatedEngine engine, EventLoop loop, LongSupplier nanoTime) {
        this.engine = engine;
        this.loop = loop;
        this.nanoTime = nanoTime;
    }

    /** Returns whether the engine's queue had a place. */
    boolean submit(Sequence sequence) {
        boolean taken = engine.submit(sequence);
        wakeAtStepEnd();
        return taken;
    }

    void abort(Sequence sequence) {
        engine.abort(sequence);
        wakeAtStepEnd();
    }

    /** Something was written there that is to be flushed when all tokens are written. */
    void written(ChannelHandlerContext context) {
        written.add(context);
    }

    private void wakeAtStepEnd() {
        OptionalLong end = engine.accelerators().stepEndNanos();
        if (!scheduled && end.isPresent()) {
            scheduled = true;
            long delayNanos = Math.max(0, end.getAsLong() - nanoTime.getAsLong());
            var unused = loop.schedule(this::run, delayNanos, TimeUnit.NANOSECONDS);
        }
    }

    private void run() {
        scheduled = false;
        try {
            engine.advance().forEach(MadeToken::deliver);
            written.forEach(ChannelHandlerContext::flush);
        } finally {
            written.clear();
            wakeAtStepEnd();
        }
    }
}
