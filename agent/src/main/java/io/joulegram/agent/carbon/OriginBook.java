package io.joulegram.agent.carbon;

import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.grid.GridIntensity;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * Facility energy by the origin of the grid's electricity at its time. Carbon-free over what is known is the share of
 * carbon-free energy, weighted by the load, as 24/7 accounting has it: the sum over time of load times the grid's share,
 * over the load. Owned by the accounting thread.
 */
public final class OriginBook {
    private final CompensatedSum carbonFree = new CompensatedSum();
    private final CompensatedSum other = new CompensatedSum();
    private final CompensatedSum unknown = new CompensatedSum();

    void book(Collection<DeviceSlice> parts, @Nullable GridIntensity location) {
        long microjoules = parts.stream().mapToLong(DeviceSlice::microjoules).sum();
        if (location != null && location.carbonFreeRatio().isPresent()) {
            double share = location.carbonFreeRatio().getAsDouble();
            carbonFree.add(microjoules * share);
            other.add(microjoules * (1 - share));
        } else {
            unknown.add((double) microjoules);
        }
    }

    /** Microjoules from renewable sources and nuclear power. */
    public double carbonFreeMicrojoules() {
        return carbonFree.value();
    }

    /** Microjoules from other sources. */
    public double otherMicrojoules() {
        return other.value();
    }

    /** Microjoules from times in which the grid's mix was not known. */
    public double unknownMicrojoules() {
        return unknown.value();
    }
}
