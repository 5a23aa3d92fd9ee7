package io.joulegram.agent.bench;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The parts of a host's energy, as the agent's summary names them. */
enum Part {
    GPU("gpu"),
    CPU("cpu"),
    DRAM("dram"),
    OTHER("other"),
    OVERHEAD("overhead");

    private static final List<Part> ALL = List.of(values());

    private final String label;

    Part(String label) {
        this.label = label;
    }

    /** As it is written. */
    String label() {
        return label;
    }

    /** All of them, in order. */
    static List<Part> all() {
        return ALL;
    }

    static Optional<Part> of(String label) {
        return Arrays.stream(values()).filter(part -> part.label.equals(label)).findFirst();
    }
}
