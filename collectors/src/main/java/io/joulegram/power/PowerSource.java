package io.joulegram.power;

import java.util.List;

/**
 * Something that is read in one go and tells one or more {@link Channel}s: a GPU, the RAPL domains of a host, a model.
 *
 * <p>All methods but {@link #name} and {@link #channels} are called by one thread, the source's sampler, and may block
 * there as long as the driver likes: no other source waits for it.
 */
public interface PowerSource extends AutoCloseable {
    /** A short name that stays the same over restarts: {@code nvml:0}, {@code rapl_perf}, {@code estimate}. */
    String name();

    /** The channels, always in this order. */
    List<Channel> channels();

    /**
     * The time in which the device has something new to tell, in nanoseconds: reading it more often only costs. 0 if
     * that is unknown or short.
     */
    default long fastestNanos() {
        return 0;
    }

    /**
     * Reads every channel. Allocates nothing in steady state and throws nothing: what goes wrong is noted in {@code
     * readings}, per channel.
     *
     * @param readings cleared by the caller, of the size of {@link #channels()}
     */
    void read(Readings readings);

    /**
     * Tells before a reading whether power samples that the driver has kept are of use: they fill the time for which a
     * counter tells nothing, and cost too much to be read for nothing.
     */
    default void wantHistory(boolean wanted) {}

    /**
     * Lets readings leave out values that a later one has, with the time of each: what is done with values costs less for
     * several at a time. Said once by who reads for long; without it every reading has what there is.
     */
    default void gather() {}

    /**
     * Brings slow-changing facts (temperature, memory, limits) up to date. Called about once a second; may allocate.
     */
    default void refresh() {}

    /** What its user should know of it; asked once, by {@code joulegram doctor}. May block. */
    default List<Remark> remarks() {
        return List.of();
    }

    /** Names an error code of {@link Readings#errorCode}, such as {@code GPU_IS_LOST}; one of a bounded set. */
    String errorName(int errorCode);

    /** Lets go of the device. Does nothing when called again. */
    @Override
    void close();
}
