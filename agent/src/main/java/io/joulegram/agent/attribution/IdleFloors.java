package io.joulegram.agent.attribution;

import java.util.HashMap;
import java.util.Map;

/** What each GPU draws while nobody uses it, learned from slices in which nobody was seen to. Not thread-safe. */
public final class IdleFloors {
    private final Map<String, IdleFloor> byDevice = new HashMap<>();

    /**
     * The part of a slice's energy that the GPU would have drawn with nobody at work, from which it learns if nobody was; 0 where
     * that was never seen.
     *
     * @param use how it was used in the slice
     */
    public double idleMicrojoules(String device, GpuUse use, long microjoules, long elapsedNanos) {
        IdleFloor floor = byDevice.computeIfAbsent(device, absent -> new IdleFloor());
        if (use.isSeenIdle()) {
            floor.learn(microjoules, elapsedNanos);
        }
        return floor.idleMicrojoules(microjoules, elapsedNanos);
    }
}
