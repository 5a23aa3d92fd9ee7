package io.joulegram.agent.otlp;

import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.export.BuildInfo;
import io.joulegram.agent.export.Exposition;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.net.http.HttpClient;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pushes the figures of {@code /metrics} to a receiver of OTLP at every interval, on a thread of its own that nothing waits
 * for. What cannot be delivered is tried again, ever less often, until the next snapshot is due and takes its place: no
 * queue grows, and counters lose nothing by it.
 *
 * <p>A receiver that is down, slow or refuses costs one line in the log when it begins and one when it ends.
 */
public final class OtlpPusher implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OtlpPusher.class);

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);
    /** Of the five seconds in which the daemon ends whatever hangs. */
    private static final Duration LAST_PUSH = Duration.ofMillis(1_500);

    /** To make the last push, beside the time that it may take. */
    private static final Duration LAST_WORK = Duration.ofMillis(500);

    private enum State {
        UNKNOWN,
        UP,
        REJECTING,
        DOWN
    }

    private final OtlpReceiver receiver;
    private final Supplier<byte[]> requests;
    private final Duration timeout;
    private final Duration lastTimeout;
    private final long intervalNanos;
    private final Backoff backoff;
    private final PushMeters meters;
    private final CompletableFuture<Void> ending = new CompletableFuture<>();
    private final Thread thread = new Thread(this::run, "otlp");

    private byte @Nullable [] pending;
    private long notBeforeNanos;
    private long leftAloneUntilNanos;
    private int failures;
    private State state = State.UNKNOWN;

    /**
     * @param requests makes a request of everything as it is now; called on the pusher's thread
     * @param timeout for a push
     * @param lastTimeout for the one at the end
     */
    OtlpPusher(
            OtlpReceiver receiver,
            Supplier<byte[]> requests,
            Duration interval,
            Duration timeout,
            Duration lastTimeout,
            Backoff backoff,
            PushMeters meters) {
        this.receiver = receiver;
        this.requests = requests;
        this.timeout = timeout;
        this.lastTimeout = lastTimeout;
        this.backoff = backoff;
        this.meters = meters;
        intervalNanos = interval.toNanos();
        thread.setDaemon(true);
    }

    /**
     * One that pushes what an exposition shows.
     *
     * @param client verifies certificates and follows no redirects
     * @param endpoint of the receiver
     * @param resource what the figures are of
     * @param startMillis when the measured counters were 0, since 1970
     */
    public static OtlpPusher of(
            AgentConfig.Otlp settings,
            URI endpoint,
            HttpClient client,
            Exposition exposition,
            BuildInfo build,
            OtlpResource resource,
            long startMillis) {
        SnapshotRequests requests = new SnapshotRequests(
                exposition,
                new MetricsEncoder(resource.attributes(), build.version()),
                settings.names(),
                startMillis,
                ManagementFactory.getRuntimeMXBean().getStartTime());
        return new OtlpPusher(
                new OtlpReceiver(client, settings, endpoint),
                requests,
                settings.interval(),
                settings.timeout(),
                settings.timeout().compareTo(LAST_PUSH) < 0 ? settings.timeout() : LAST_PUSH,
                new Backoff(FIRST_RETRY, LAST_RETRY, new SplittableRandom()),
                new PushMeters(exposition.meters()));
    }

    /** Begins to push, for the first time after one interval. */
    public void start() {
        thread.start();
    }

    private void run() {
        long dueNanos = System.nanoTime() + intervalNanos;
        notBeforeNanos = dueNanos;
        leftAloneUntilNanos = System.nanoTime();
        while (!ending.isDone() && !Thread.currentThread().isInterrupted()) {
            long now = System.nanoTime();
            if (now - dueNanos >= 0) {
                renew();
                dueNanos += intervalNanos * (1 + (now - dueNanos) / intervalNanos);
            }
            boolean waits = now - notBeforeNanos < 0;
            if (pending != null && !waits) {
                push(pending, timeout, ending);
            }
            long next = pending != null && notBeforeNanos - dueNanos < 0 ? notBeforeNanos : dueNanos;
            LockSupport.parkNanos(this, Math.max(0, next - System.nanoTime()));
        }
        boolean mayNot = System.nanoTime() - leftAloneUntilNanos < 0;
        renew();
        if (mayNot) {
            drop();
        } else if (pending != null) {
            push(pending, lastTimeout, new CompletableFuture<>());
            drop();
        }
    }

    /** What was not delivered yet is given up for what is true now. */
    private void renew() {
        drop();
        try {
            pending = requests.get();
        } catch (RuntimeException e) {
            meters.countFailed();
            turn(State.DOWN, "cannot be made: " + e);
        }
    }

    private void drop() {
        if (pending != null) {
            meters.countDropped();
            pending = null;
        }
    }

    private void push(byte[] request, Duration patience, CompletableFuture<Void> until) {
        try {
            note(receiver.post(request, patience, until));
        } catch (RuntimeException e) {
            note(new Outcome.Refused("cannot be sent: " + e));
        }
    }

    private void note(Outcome outcome) {
        if (outcome instanceof Outcome.Accepted accepted) {
            pending = null;
            failures = 0;
            meters.countAccepted(accepted.rejectedPoints());
            turn(
                    accepted.rejectedPoints() > 0 ? State.REJECTING : State.UP,
                    "rejects " + accepted.rejectedPoints() + " data points (" + accepted.message() + ")");
        } else if (outcome instanceof Outcome.Unavailable unavailable) {
            failures++;
            long now = System.nanoTime();
            long asked = unavailable.retryAfter().orElse(Duration.ZERO).toNanos();
            leftAloneUntilNanos = now + asked;
            notBeforeNanos = now + Math.max(asked, backoff.nanosAfter(failures));
            meters.noteUnavailable();
            turn(State.DOWN, unavailable.reason());
        } else if (outcome instanceof Outcome.Refused refused) {
            pending = null;
            failures = 0;
            meters.countFailed();
            turn(State.DOWN, refused.reason());
        }
    }

    /** Tells a change, once. */
    private void turn(State now, String reason) {
        if (now == state) {
            return;
        }
        state = now;
        if (now == State.UP) {
            LOG.info("OTLP: {} takes the figures", receiver.address());
        } else {
            LOG.warn("OTLP: {}: {}", receiver.address(), reason);
        }
    }

    /** Begins to end: pushes once more, which {@link #close} waits for. */
    public void end() {
        ending.complete(null);
        LockSupport.unpark(thread);
    }

    /** Pushes once more and ends, in two seconds at most. */
    @Override
    public void close() {
        end();
        try {
            thread.join(lastTimeout.plus(LAST_WORK).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
