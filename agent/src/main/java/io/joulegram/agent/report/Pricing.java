package io.joulegram.agent.report;

import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.grid.IntensityTrace;
import java.time.Instant;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Tells the carbon intensity by which the energy of a bucket becomes grams. */
@FunctionalInterface
public interface Pricing {
    /**
     * gCO2e/kWh of a bucket; empty if unknown.
     *
     * @param basis location, market or marginal
     */
    OptionalDouble gramsPerKwh(Bucket bucket, String basis);

    /** As it was known when the energy was used. */
    static Pricing asBooked() {
        return (bucket, basis) -> {
            @Nullable BookedIntensity intensity = bucket.intensities().get(basis);
            return intensity == null ? OptionalDouble.empty() : OptionalDouble.of(intensity.gramsPerKwh());
        };
    }

    /** One figure for the location at all times; the other bases as they were known. */
    static Pricing fixed(double gramsPerKwh) {
        return (bucket, basis) -> basis.equals(Basis.LOCATION)
                ? OptionalDouble.of(gramsPerKwh)
                : asBooked().gramsPerKwh(bucket, basis);
    }

    /**
     * A trace for the location where it has data for the whole bucket, averaged over the time of the bucket; where it has
     * not, and for the other bases, as it was known.
     */
    static Pricing restated(IntensityTrace trace) {
        return (bucket, basis) -> {
            OptionalDouble better = basis.equals(Basis.LOCATION)
                    ? trace.mean(Instant.ofEpochMilli(bucket.startMillis()), Instant.ofEpochMilli(bucket.endMillis()))
                    : OptionalDouble.empty();
            return better.isPresent() ? better : asBooked().gramsPerKwh(bucket, basis);
        };
    }
}
