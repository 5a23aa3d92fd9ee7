package io.joulegram.agent.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the agent said over time. Thread-safe: one thread adds, others read. */
final class AgentTimeline {
    private static final long KEPT_NANOS = 60_000_000_000L;

    private final List<AgentSample> samples = new ArrayList<>();
    private @Nullable Recording recording;

    private record Recording(long from, Consumer<AgentSample> inside, WindowBuilder window) {
        void take(AgentSample sample) {
            window.add(sample);
            if (sample.nanos() - from >= 0) {
                inside.accept(sample);
            }
        }
    }

    /** Adds what it said last. */
    synchronized void add(AgentSample sample) {
        samples.add(sample);
        if (recording != null) {
            // One that was asked for before the span may have come in it.
            forgetBefore(recording.from());
            List<AgentSample> old = samples.subList(0, Math.max(0, before(sample.nanos() - KEPT_NANOS)));
            old.forEach(recording::take);
            old.clear();
        }
    }

    /** The last instant of which something is known; empty if there is none. */
    synchronized Optional<Long> lastNanos() {
        return samples.isEmpty()
                ? Optional.empty()
                : Optional.of(samples.get(samples.size() - 1).nanos());
    }

    /** Forgets what was before an instant, but for what is needed at it. */
    synchronized void forgetBefore(long nanos) {
        samples.subList(0, Math.max(0, before(nanos))).clear();
    }

    /** The samples that were taken in a span of time, in order. */
    synchronized List<AgentSample> samples(long from, long until) {
        return samples.stream()
                .filter(sample -> sample.nanos() - from >= 0 && sample.nanos() - until < 0)
                .toList();
    }

    /** A span of time; empty where the agent did not answer around it. */
    synchronized Optional<EnergyWindow> between(long from, long until) {
        int first = before(from);
        int last = before(until);
        if (first < 0 || last + 1 >= samples.size() || until - from <= 0) {
            return Optional.empty();
        }
        WindowBuilder window = new WindowBuilder(from);
        samples.subList(first, last + 2).forEach(window::add);
        return window.until(until);
    }

    /**
     * Begins a span of any length, for whose samples no memory is needed; what was before it is forgotten.
     *
     * @param inside takes the samples in it, in order, up to a minute late
     */
    synchronized void record(long from, Consumer<AgentSample> inside) {
        forgetBefore(from);
        recording = new Recording(from, inside, new WindowBuilder(from));
    }

    /** The span that was begun, up to an instant less than a minute ago; empty where the agent did not answer around it. */
    synchronized Optional<EnergyWindow> recorded(long until) {
        Recording done = Objects.requireNonNull(recording, "no span was begun");
        recording = null;
        forgetBefore(done.from());
        int last = before(until);
        samples.subList(0, last + 1).forEach(done::take);
        if (last + 1 < samples.size()) {
            done.window().add(samples.get(last + 1));
        }
        return done.window().until(until);
    }

    /** The last sample that is not after an instant, or -1. */
    private int before(long nanos) {
        int low = -1;
        int high = samples.size();
        while (high - low > 1) {
            int middle = (low + high) >>> 1;
            if (samples.get(middle).nanos() - nanos <= 0) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
