package io.joulegram.host;

import java.util.Map;

/**
 * Who used the processors over some time, in nanoseconds of one processor.
 *
 * @param nanosByWorkload what each workload used that is there; 0 for one that slept
 * @param containers what is known of those that are containers
 * @param nanosOfNobody what was used in no workload's control group: by the kernel, and by what ended meanwhile
 * @param idleNanos what nobody used
 */
public record CpuUse(
        Map<Workload, Long> nanosByWorkload, Map<Workload, Container> containers, long nanosOfNobody, long idleNanos) {
    /** Copies the maps. */
    public CpuUse {
        nanosByWorkload = Map.copyOf(nanosByWorkload);
        containers = Map.copyOf(containers);
    }
}
