package io.joulegram.agent.report;

import io.joulegram.agent.carbon.EmbodiedDevice;
import io.joulegram.agent.carbon.Footprint;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a machine is designed to draw and what its making emits, by component. */
public final class MachineTable {
    private static final class Sum {
        int devices;
        double watts;
        double lowGrams;
        double grams;
        double highGrams;

        void add(double designWatts, Footprint footprint) {
            devices++;
            watts += designWatts;
            lowGrams += footprint.lowGrams();
            grams += footprint.grams();
            highGrams += footprint.highGrams();
        }
    }

    private final Map<Component, Sum> sums = new EnumMap<>(Component.class);
    private final Sum host = new Sum();

    /**
     * Takes in a device.
     *
     * @param designWatts what it is designed to draw; 0 where that is not known
     */
    public void add(EmbodiedDevice device, double designWatts) {
        sums.computeIfAbsent(device.component(), key -> new Sum()).add(designWatts, device.footprint());
        if (device.component() != Component.GPU) {
            host.add(designWatts, device.footprint());
        }
    }

    /** The table. */
    public String text() {
        List<List<String>> rows = new ArrayList<>();
        rows.add(List.of("", "devices", "design power", "making", "(low", "high)"));
        sums.forEach((component, sum) -> rows.add(row(component.label(), sum)));
        if (sums.containsKey(Component.GPU)) {
            rows.add(row("all but gpu", host));
        }
        return Table.of(rows);
    }

    private static List<String> row(String name, Sum sum) {
        return List.of(
                name,
                "" + sum.devices,
                sum.watts > 0 ? String.format(Locale.ROOT, "%.0f W", sum.watts) : "",
                Units.mass(sum.grams),
                Units.mass(sum.lowGrams),
                Units.mass(sum.highGrams));
    }
}
