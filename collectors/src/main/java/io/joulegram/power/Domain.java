package io.joulegram.power;

import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A part of a host whose power is measured, in the words of the {@code domain} label.
 *
 * <p>Domains overlap: {@link #PLATFORM} contains {@link #CPU} and {@link #DRAM}, {@link #CPU} contains {@link #CORE}
 * and {@link #UNCORE}, {@link #GPU} contains {@link #GPU_MEMORY}, and {@link #GPU_MODULE} contains a GPU and the
 * processor on the same module. Only the domains with a {@linkplain #component() component} are ever summed into the
 * energy of the host.
 */
public enum Domain {
    /** A whole GPU board, memory included. */
    GPU("gpu", Component.GPU),
    /** The memory of a GPU alone; inside {@link #GPU}. */
    GPU_MEMORY("gpu_memory", null),
    /** A GPU and the processor on its module (Grace Hopper); contains both. */
    GPU_MODULE("gpu_module", null),
    /** A processor package (RAPL {@code package}). */
    CPU("cpu", Component.CPU),
    /** The cores of a package (RAPL {@code core}, PP0); inside {@link #CPU}. */
    CORE("core", null),
    /** The part of a package outside the cores, or its integrated GPU (RAPL {@code uncore}, PP1); inside {@link #CPU}. */
    UNCORE("uncore", null),
    /** Main memory attached to a package (RAPL {@code dram}); beside {@link #CPU}. */
    DRAM("dram", Component.DRAM),
    /** The whole platform as one meter sees it (RAPL {@code psys}); contains {@link #CPU}. */
    PLATFORM("platform", null),
    /** What no other domain holds: fans, boards, network, disks, losses of the power supply. */
    OTHER("other", Component.OTHER);

    private final String label;
    private final @Nullable Component component;

    Domain(String label, @Nullable Component component) {
        this.label = label;
        this.component = component;
    }

    /** The value of the {@code domain} label. */
    public String label() {
        return label;
    }

    /** The domain with this label; empty if there is none. */
    public static Optional<Domain> of(String label) {
        return Arrays.stream(values())
                .filter(domain -> domain.label.equals(label))
                .findFirst();
    }

    /** The component that this domain's energy counts towards; null for a domain that lies inside or around others. */
    public @Nullable Component component() {
        return component;
    }

    @Override
    public String toString() {
        return label;
    }
}
