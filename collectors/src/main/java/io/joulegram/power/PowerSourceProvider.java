package io.joulegram.power;

import java.util.List;
import java.util.Set;

/** A family of power sources that is there or not on a host: NVML, RAPL, an estimate. */
public interface PowerSourceProvider {
    /** A short name: {@code nvml}, {@code rapl}, {@code estimate}. */
    String name();

    /**
     * Finds and opens the sources of this family. May block as long as the driver likes, so it is called on a thread
     * of its own; may be called again after it failed, or after all sources it gave were closed.
     *
     * @return at least one source
     * @throws SourceUnavailableException if there is none, with the reason and the way to mend it
     */
    List<PowerSource> open() throws SourceUnavailableException;

    /**
     * Looks again while sources of this family are being read, and opens what was plugged in or came back. May block as
     * long as the driver likes; called by the thread that called {@link #open}.
     *
     * @param wellOff names of the sources that give values, which are left alone
     * @return sources to read from now on; one that has the name of a source given before takes its place
     */
    default List<PowerSource> rediscover(Set<String> wellOff) {
        return List.of();
    }

    /**
     * What this process still holds of the family's driver after all sources were closed, in words: a library that the
     * linker keeps, an open device. Empty if the driver could be unloaded. Any thread.
     */
    default List<String> heldAfterClose() {
        return List.of();
    }
}
