package io.joulegram.agent.simulate;

import java.util.List;
import java.util.Optional;

/**
 * What an accelerator can do at most, and what it draws.
 *
 * @param name what the command line calls it
 * @param product name of the product in the catalogue of GPUs
 * @param peakFlops dense bf16 (fp16) operations per second
 * @param bandwidthBytesPerSecond of its memory
 * @param linkBytesPerSecond to its neighbours, one direction
 * @param memoryBytes size of its memory
 * @param idleMilliwatts power with the weights loaded and nothing to do
 * @param maxMilliwatts power limit as shipped
 */
public record AcceleratorShape(
        String name,
        String product,
        double peakFlops,
        double bandwidthBytesPerSecond,
        double linkBytesPerSecond,
        long memoryBytes,
        long idleMilliwatts,
        long maxMilliwatts) {

    private static final long GIB = 1L << 30;

    /**
     * Accelerators that can be named. Operations (without sparsity), bandwidths and links (NVLink, PCIe 4.0 for the L4)
     * are those of NVIDIA's data sheets; memory and power limit are those of the catalogue of GPUs; power at rest is of
     * the order that hosts report, and a choice of the simulation.
     */
    private static final List<AcceleratorShape> KNOWN = List.of(
            new AcceleratorShape("l4", "L4", 121e12, 300e9, 32e9, 24 * GIB, 16_000, 72_000),
            new AcceleratorShape("a100-40gb", "A100 SXM4 40GB", 312e12, 1_555e9, 300e9, 40 * GIB, 55_000, 400_000),
            new AcceleratorShape("a100-80gb", "A100 SXM4 80GB", 312e12, 2_039e9, 300e9, 80 * GIB, 60_000, 400_000),
            new AcceleratorShape("h100", "H100 SXM5", 989.4e12, 3_350e9, 450e9, 80 * GIB, 75_000, 700_000),
            new AcceleratorShape("h200", "H200 SXM", 989.4e12, 4_800e9, 450e9, 141 * GIB, 80_000, 700_000));

    /** @throws IllegalArgumentException if a figure is not above 0, or rest draws as much as full load */
    public AcceleratorShape {
        if (!(peakFlops > 0 && bandwidthBytesPerSecond > 0 && linkBytesPerSecond > 0 && memoryBytes > 0)) {
            throw new IllegalArgumentException(name + " has a figure that is not above 0");
        }
        if (idleMilliwatts <= 0 || maxMilliwatts <= idleMilliwatts) {
            throw new IllegalArgumentException(name + " must draw more than nothing at rest and less than at most");
        }
    }

    /** The accelerator of this name, if it is known. */
    public static Optional<AcceleratorShape> named(String name) {
        return KNOWN.stream()
                .filter(accelerator -> accelerator.name.equals(name))
                .findFirst();
    }

    /** Names of the accelerators that are known, small ones first. */
    public static List<String> names() {
        return KNOWN.stream().map(AcceleratorShape::name).toList();
    }
}
