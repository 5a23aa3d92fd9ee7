package io.joulegram.power.nvml;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The {@code device} labels of GPUs. NVML numbers GPUs anew whenever one comes or goes, so a label is bound to the UUID
 * that first had it: the index at that time, or, if another GPU has that label, the least number that no GPU ever had.
 *
 * <p>Thread-safe.
 */
final class DeviceLabels {
    /** A driver that tells of more GPUs than this, over time, tells no truth. */
    private static final int MAX_GPUS = 256;

    private final Map<String, String> byUuid = new HashMap<>();

    /** The label of a GPU: the same for as long as this object lives. Empty if there were more than 256 before it. */
    synchronized Optional<String> of(String uuid, int index) {
        if (byUuid.size() < MAX_GPUS) {
            byUuid.computeIfAbsent(uuid, key -> free(index));
        }
        return Optional.ofNullable(byUuid.get(uuid));
    }

    private String free(int index) {
        int number = index;
        if (byUuid.containsValue(Integer.toString(number))) {
            for (number = 0; byUuid.containsValue(Integer.toString(number)); ) {
                number++;
            }
        }
        return Integer.toString(number);
    }
}
