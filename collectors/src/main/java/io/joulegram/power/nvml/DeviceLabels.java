package io.joulegram.power.nvml;

import java.util.HashMap;
import java.util.Map;

/**
 * The {@code device} labels of GPUs. NVML numbers GPUs anew whenever one comes or goes, so a label is bound to the UUID
 * that first had it: the index at that time, or, if another GPU has that label, the least number that no GPU ever had.
 */
final class DeviceLabels {
    private final Map<String, String> byUuid = new HashMap<>();

    /** The label of a GPU: the same for as long as this object lives. */
    synchronized String of(String uuid, int index) {
        return byUuid.computeIfAbsent(uuid, key -> free(index));
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
