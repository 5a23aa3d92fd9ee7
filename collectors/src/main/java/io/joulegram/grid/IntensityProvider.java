package io.joulegram.grid;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A source of carbon intensities that is asked again and again. Used by one thread. */
public interface IntensityProvider {
    /** The {@code provider} label. */
    String name();

    /** How often it has something new. */
    Duration pollInterval();

    /**
     * The figures around now: what it has of the present, of the last hours and, where it offers them, forecasts.
     *
     * @throws IntensityException if it gives none now
     */
    List<GridIntensity> fetch(Instant now) throws IntensityException;
}
