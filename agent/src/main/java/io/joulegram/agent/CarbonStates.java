package io.joulegram.agent;

import io.joulegram.agent.carbon.CarbonBook;
import io.joulegram.agent.carbon.OriginBook;
import io.joulegram.agent.export.Snapshot.CarbonState;
import io.joulegram.agent.export.Snapshot.EmbodiedState;
import io.joulegram.agent.export.Snapshot.GramsState;
import io.joulegram.agent.export.Snapshot.IntensityState;
import io.joulegram.agent.export.Snapshot.OriginState;
import io.joulegram.grid.GridIntensity;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Makes the carbon part of the snapshot out of the carbon book. */
final class CarbonStates {
    private CarbonStates() {}

    static CarbonState of(
            CarbonBook book, Map<String, GridIntensity> inForce, String headline, double pue, Instant now) {
        List<IntensityState> intensities = inForce.entrySet().stream()
                .map(entry -> new IntensityState(
                        entry.getValue().zone(),
                        entry.getValue().provider(),
                        entry.getKey().equals(CarbonBook.MARKET)
                                ? "market"
                                : entry.getValue().signal(),
                        entry.getValue().gramsPerKwh(),
                        entry.getValue().ageSeconds(now),
                        entry.getValue().dataset(),
                        entry.getKey(),
                        entry.getValue().boundary(),
                        entry.getKey().equals(headline),
                        entry.getValue().carbonFreeRatio()))
                .toList();
        List<GramsState> grams = book.grams().stream()
                .map(part -> new GramsState(part.scope(), part.component(), part.device(), part.basis(), part.grams()))
                .toList();
        List<EmbodiedState> embodied = book.ledgerDevices().stream()
                .map(device -> new EmbodiedState(
                        device.component(),
                        device.device(),
                        device.footprintGrams(),
                        device.footprintLowGrams(),
                        device.footprintHighGrams(),
                        device.lifetimeSeconds(),
                        device.origin()))
                .toList();
        OriginBook origins = book.origins();
        return new CarbonState(
                pue,
                intensities,
                grams,
                embodied,
                new OriginState(
                        origins.carbonFreeMicrojoules(), origins.otherMicrojoules(), origins.unknownMicrojoules()));
    }
}
