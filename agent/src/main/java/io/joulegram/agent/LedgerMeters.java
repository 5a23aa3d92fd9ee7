package io.joulegram.agent;

import io.joulegram.agent.energy.EnergyBook;
import io.joulegram.agent.energy.Meter;
import io.joulegram.agent.energy.MeterStream;
import io.joulegram.agent.ledger.BucketBook;
import io.joulegram.power.Component;
import java.util.Optional;
import java.util.OptionalDouble;

/** What the ledger has to know of the meters. */
record LedgerMeters(EnergyBook meters) implements BucketBook.Meters {
    @Override
    public Optional<BucketBook.MeterFacts> of(Component component, String device) {
        for (EnergyBook.Entry entry : meters.entries()) {
            Meter meter = entry.meter();
            if (meter.domain().component() == component && meter.device().equals(device)) {
                return Optional.of(new BucketBook.MeterFacts(
                        meter.bestStream().channel().sensor().label(),
                        meter.bestStream().channel().gainUncertaintyRatio(),
                        meter.unobservedNanos()));
            }
        }
        return Optional.empty();
    }

    /** The most that all devices together can draw for long; empty if one of them does not tell. */
    OptionalDouble peakWatts() {
        double sum = 0;
        for (EnergyBook.Entry entry : meters.entries()) {
            if (entry.meter().isAdditive()) {
                double most = entry.meter().streams().stream()
                        .map(MeterStream::channel)
                        .mapToDouble(channel -> channel.maxWatts())
                        .max()
                        .orElse(0);
                if (most <= 0) {
                    return OptionalDouble.empty();
                }
                sum += most;
            }
        }
        return sum > 0 ? OptionalDouble.of(sum) : OptionalDouble.empty();
    }
}
