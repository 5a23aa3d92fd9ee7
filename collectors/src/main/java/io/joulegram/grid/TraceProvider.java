package io.joulegram.grid;

import io.joulegram.grid.IntensityException.Reason;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** A file of intensities by time, read again every minute so that another program can keep it up to date. */
public final class TraceProvider implements IntensityProvider {
    private static final String NAME = "trace";
    private static final Duration AROUND = Duration.ofDays(2);

    private final Path file;
    private final String zone;

    /** @param zone the place it is of, for the record */
    public TraceProvider(Path file, String zone) {
        this.file = file;
        this.zone = zone;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public Duration pollInterval() {
        return Duration.ofMinutes(1);
    }

    @Override
    public List<GridIntensity> fetch(Instant now) throws IntensityException {
        try {
            return IntensityTrace.read(file).points().stream()
                    .filter(point -> point.until().isAfter(now.minus(AROUND))
                            && point.from().isBefore(now.plus(AROUND)))
                    .map(point -> new GridIntensity(
                            point.gramsPerKwh(),
                            zone,
                            NAME,
                            "average",
                            "unstated",
                            point.from(),
                            point.until(),
                            String.valueOf(file.getFileName())))
                    .toList();
        } catch (IntensityTraceException e) {
            throw new IntensityException(Reason.MALFORMED, String.valueOf(e.getMessage()));
        }
    }
}
