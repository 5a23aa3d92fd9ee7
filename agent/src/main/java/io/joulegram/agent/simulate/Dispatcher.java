package io.joulegram.agent.simulate;

import io.netty.channel.EventLoop;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Spreads requests over the engines of a group. Lives on one event loop, and is used by it alone. */
final class Dispatcher {
    private final EngineGroup group;
    private final EventLoop loop;
    private final LongSupplier nanoTime;
    private final List<EnginePump> pumps;

    /** @param nanoTime the engines' clock, which runs as fast as the event loop's */
    Dispatcher(EngineGroup group, EventLoop loop, LongSupplier nanoTime) {
        this.group = group;
        this.loop = loop;
        this.nanoTime = nanoTime;
        pumps = group.engines().stream()
                .map(engine -> new EnginePump(engine, loop, nanoTime))
                .toList();
    }

    EngineGroup group() {
        return group;
    }

    /** Of the engine that the next request goes to. */
    EnginePump next() {
        return pumps.get(group.leastBusy());
    }

    /** Makes requests of its own from now on, each at its time; what no queue has a place for is let go. */
    void keepBusy(OwnRequests requests) {
        submitAt(nanoTime.getAsLong() + requests.nextDelayNanos(), requests);
    }

    private void submitAt(long atNanos, OwnRequests requests) {
        var unused = loop.schedule(
                () -> {
                    next().submit(requests.next());
                    submitAt(atNanos + requests.nextDelayNanos(), requests);
                },
                Math.max(0, atNanos - nanoTime.getAsLong()),
                TimeUnit.NANOSECONDS);
    }
}
