package io.joulegram.rapl;

/** A RAPL domain: the part of the machine that one energy counter covers. */
public enum RaplDomain {
    /** A processor package, or one die of it; contains {@link #CORE} and {@link #UNCORE}. */
    PACKAGE,
    /** The cores of a package (PP0). */
    CORE,
    /** A part of the package outside the cores, on client parts the integrated GPU (PP1). */
    UNCORE,
    /** Memory attached to a package; beside {@link #PACKAGE}. */
    DRAM,
    /** The platform (psys): contains the packages; what else is up to the board. */
    PSYS
}
