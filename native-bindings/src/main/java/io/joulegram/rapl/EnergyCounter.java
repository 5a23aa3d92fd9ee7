package io.joulegram.rapl;

/**
 * One open energy counter. Reading allocates nothing. Not thread-safe.
 */
public interface EnergyCounter extends AutoCloseable {
    /**
     * Reads the counter.
     *
     * @return 0 if {@link #count()} has a new value; else an error number of {@link io.joulegram.posix.Errno}: the
     *     kernel's own, {@code ENODATA} if it gave nothing, {@code EBADMSG} if what it gave is not a number
     */
    int read();

    /** The value at the last {@link #read()} that succeeded, unsigned; 0 before. */
    long count();

    /** Lets go of the counter; reads fail from then on. Does nothing when called again. */
    @Override
    void close();
}
