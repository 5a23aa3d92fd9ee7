package io.joulegram.agent.bench;

import java.util.List;

/** How much of what draws power is counted. */
@SuppressWarnings("ImmutableEnumChecker") // lists from List.of, which cannot be changed
enum Boundary {
    /** The accelerators alone, as most published figures have it. */
    GPU("gpu", List.of(Part.GPU)),
    /** The whole host. */
    HOST("host", List.of(Part.GPU, Part.CPU, Part.DRAM, Part.OTHER)),
    /** The host with its share of cooling and power delivery (PUE). */
    FACILITY("facility", Part.all());

    private final String label;
    private final List<Part> parts;

    Boundary(String label, List<Part> parts) {
        this.label = label;
        this.parts = parts;
    }

    /** As it is written. */
    String label() {
        return label;
    }

    /** What is within. */
    List<Part> parts() {
        return parts;
    }
}
