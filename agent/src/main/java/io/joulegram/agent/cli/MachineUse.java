package io.joulegram.agent.cli;

import io.joulegram.agent.carbon.EmbodiedDevice;
import io.joulegram.agent.carbon.HypotheticalMachine;
import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.DeviceUse;
import io.joulegram.agent.ledger.ModelUse;
import io.joulegram.power.Component;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A machine at work for a time, as a bucket of a ledger that was never written.
 *
 * @param machine which
 * @param watts what it draws, shared by what its processors and GPUs are designed to draw; all of that if empty
 * @param duration for how long
 * @param gramsPerKwh carbon intensity of its electricity; empty if that is not known
 * @param tokens that it writes meanwhile; 0 for none
 */
record MachineUse(
        HypotheticalMachine machine, OptionalDouble watts, Duration duration, OptionalDouble gramsPerKwh, long tokens) {
    /** The {@code host} of reports. */
    static final String HOST = "machine";

    private static final double MICRO = 1e6;

    Bucket bucket() {
        double seconds = duration.toMillis() / 1e3;
        double design = machine.designWatts(Component.CPU) + machine.designWatts(Component.GPU);
        double scale = watts.orElse(design) / design;
        List<DeviceUse> uses = new ArrayList<>();
        Map<Component, Long> energy = new EnumMap<>(Component.class);
        long embodied = 0;
        for (EmbodiedDevice device : machine.devices()) {
            long microjoules = Math.round(machine.designWatts(device) * scale * seconds * MICRO);
            long micrograms = Math.round(device.rate(1).gramsPerNano() * seconds * 1e9 * MICRO);
            energy.merge(device.component(), microjoules, Long::sum);
            embodied += micrograms;
            uses.add(new DeviceUse(device.forLedger(), "constant", OptionalLong.of(microjoules), 0, 0, micrograms));
        }
        long total = energy.values().stream().mapToLong(Long::longValue).sum();
        return new Bucket(
                0,
                duration.toMillis(),
                duration.toMillis(),
                Bucket.Kind.HOUR,
                1,
                intensities(),
                uses,
                tokens == 0
                        ? List.of()
                        : List.of(new ModelUse(HOST, "model", energy, 0, total, 0, embodied, 0, 0, tokens)));
    }

    private Map<String, BookedIntensity> intensities() {
        return gramsPerKwh.isPresent()
                ? Map.of(
                        "location",
                        new BookedIntensity(
                                gramsPerKwh.getAsDouble(), "given", "fixed", "average", "unstated", "command line"))
                : Map.of();
    }
}
