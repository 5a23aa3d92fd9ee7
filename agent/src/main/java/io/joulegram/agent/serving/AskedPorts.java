package io.joulegram.agent.serving;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * When a port that a process names may be asked: at once when it is new, then less and less often while it does not
 * answer, as a model may take minutes to load; and never more than thirty ports within a minute in sum.
 *
 * <p>Used by one thread.
 */
final class AskedPorts {
    private static final long FIRST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(8);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);
    private static final int MOST_IN_A_MINUTE = 30;

    private final Map<Key, Wait> waits = new HashMap<>();
    private final Deque<Long> askedNanos = new ArrayDeque<>();

    /** A process of the same number that started later is another one. */
    private record Key(int pid, long startTicks) {
        static Key of(ServingProcess serving) {
            return new Key(serving.process().pid(), serving.process().startTicks());
        }
    }

    private record Wait(long untilNanos, long nanos) {}

    /**
     * The processes whose ports may be asked now, those that have waited longest first. They count as asked.
     *
     * @param listening the processes that listen on the ports that they name
     */
    List<ServingProcess> take(Collection<ServingProcess> listening, long nowNanos) {
        while (!askedNanos.isEmpty() && nowNanos - askedNanos.getFirst() >= MINUTE_NANOS) {
            askedNanos.removeFirst();
        }
        List<ServingProcess> due = listening.stream()
                .filter(serving -> isDue(serving, nowNanos))
                .sorted(Comparator.comparingLong((ServingProcess serving) -> overdueNanos(serving, nowNanos))
                        .reversed())
                .limit(MOST_IN_A_MINUTE - askedNanos.size())
                .toList();
        for (ServingProcess serving : due) {
            postpone(serving, nowNanos);
            askedNanos.addLast(nowNanos);
        }
        return due;
    }

    /** Lets a process wait, longer than it did before. */
    void postpone(ServingProcess serving, long nowNanos) {
        Wait before = waits.get(Key.of(serving));
        long nanos = before == null ? FIRST_WAIT_NANOS : Math.min(LONGEST_WAIT_NANOS, 2 * before.nanos());
        waits.put(Key.of(serving), new Wait(nowNanos + nanos, nanos));
    }

    /** Whether a process has waited long enough. */
    boolean isDue(ServingProcess serving, long nowNanos) {
        return overdueNanos(serving, nowNanos) >= 0;
    }

    private long overdueNanos(ServingProcess serving, long nowNanos) {
        Wait wait = waits.get(Key.of(serving));
        return wait == null ? Long.MAX_VALUE : nowNanos - wait.untilNanos();
    }

    /** Forgets all but these. */
    void retain(Collection<ServingProcess> serving) {
        Set<Key> keys = serving.stream().map(Key::of).collect(Collectors.toSet());
        waits.keySet().retainAll(keys);
    }
}
