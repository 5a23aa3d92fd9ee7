package io.joulegram.power;

import java.util.Arrays;
import java.util.Optional;

/**
 * A share of the facility's energy and carbon, in the words of the {@code component} label. Components do not overlap:
 * their sum is the whole.
 */
public enum Component {
    /** GPU boards. */
    GPU("gpu"),
    /** Processor packages. */
    CPU("cpu"),
    /** Main memory. */
    DRAM("dram"),
    /** The rest of the server. */
    OTHER("other"),
    /** What the facility spends beside the servers: (PUE - 1) times all of the above. */
    OVERHEAD("overhead");

    private final String label;

    Component(String label) {
        this.label = label;
    }

    /** The value of the {@code component} label. */
    public String label() {
        return label;
    }

    /** The component with this label; empty if there is none. */
    public static Optional<Component> of(String label) {
        return Arrays.stream(values())
                .filter(component -> component.label.equals(label))
                .findFirst();
    }

    @Override
    public String toString() {
        return label;
    }
}
