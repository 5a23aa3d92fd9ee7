package io.joulegram.agent.otlp;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;

/** The agent's own meters of its pushes. Thread-safe. */
final class PushMeters {
    private final Counter accepted;
    private final Counter failed;
    private final Counter dropped;
    private final Counter rejectedPoints;
    /** Unknown before the first outcome. */
    private volatile double up = Double.NaN;

    PushMeters(MeterRegistry registry) {
        accepted = pushes(registry, "ok");
        failed = pushes(registry, "failed");
        dropped = pushes(registry, "dropped");
        rejectedPoints = Counter.builder("joulegram.otlp.rejected.points")
                .description("Data points that the OTLP receiver did not take of requests that it took.")
                .register(registry);
        Gauge.builder("joulegram.otlp.up", this, meters -> meters.up)
                .description("Whether the OTLP receiver took what it was sent last: 1 if so, else 0. Gone before the"
                        + " first push.")
                .strongReference(true)
                .register(registry);
    }

    private static Counter pushes(MeterRegistry registry, String result) {
        return Counter.builder("joulegram.otlp.pushes")
                .description(
                        "Snapshots by what became of them: ok, failed (refused), dropped (a newer one came before they"
                                + " could be sent).")
                .tag("result", result)
                .register(registry);
    }

    void countAccepted(long rejected) {
        accepted.increment();
        rejectedPoints.increment((double) rejected);
        up = 1;
    }

    void countFailed() {
        failed.increment();
        up = 0;
    }

    void countDropped() {
        dropped.increment();
    }

    void noteUnavailable() {
        up = 0;
    }
}
