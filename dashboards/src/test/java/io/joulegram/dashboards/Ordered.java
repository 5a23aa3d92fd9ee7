package io.joulegram.dashboards;

import java.util.LinkedHashMap;
import java.util.Map;

/** Objects of JSON whose keys stay in the order in which they were written. */
final class Ordered {
    private Ordered() {}

    /** @param keysAndValues a key, its value, the next key, ... */
    static Map<String, Object> object(Object... keysAndValues) {
        Map<String, Object> object = new LinkedHashMap<>();
        for (int i = 0; i < keysAndValues.length; i += 2) {
            object.put((String) keysAndValues[i], keysAndValues[i + 1]);
        }
        return object;
    }
}
