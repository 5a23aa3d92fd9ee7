package io.joulegram.power;

import java.util.List;

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
}
