package io.joulegram.power.estimate;

import java.util.List;

/** What the model needs to know of the host. Not thread-safe. */
interface HostLoad {
    /**
     * A processor package.
     *
     * @param socket its number
     * @param cores how many of its cores this host has, above 0
     * @param threads how many logical processors they make, above 0
     */
    record Socket(int socket, int cores, int threads) {}

    /**
     * Time that the logical processors of a package have spent since boot, in ticks.
     *
     * @param busy ticks in which they ran something
     * @param total all ticks
     */
    record Ticks(long busy, long total) {}

    /** The processor's name for itself; empty if unknown. */
    String cpuName();

    /** The packages, at least one. */
    List<Socket> sockets();

    /** Installed memory; 0 if unknown. */
    long memoryBytes();

    /** Memory that could be used without paging any out; 0 if unknown. */
    long availableBytes();

    /** Whether this host is a virtual machine that says so. */
    boolean isVirtual();

    /** The ticks so far of each of {@link #sockets()}. */
    List<Ticks> ticks();
}
