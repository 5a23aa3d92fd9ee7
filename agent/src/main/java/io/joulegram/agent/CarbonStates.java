package io.joulegram.agent;

import io.joulegram.agent.carbon.CarbonBook;
import io.joulegram.agent.carbon.EmbodiedDevice;
import io.joulegram.agent.carbon.Footprint;
import io.joulegram.agent.carbon.OriginBook;
import io.joulegram.agent.export.Snapshot.CarbonState;
import io.joulegram.agent.export.Snapshot.EmbodiedPartState;
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
        List<EmbodiedState> embodied =
                book.devices().stream().map(CarbonStates::embodied).toList();
        OriginBook origins = book.origins();
        return new CarbonState(
                pue,
                intensities,
                grams,
                embodied,
                new OriginState(
                        origins.carbonFreeMicrojoules(), origins.otherMicrojoules(), origins.unknownMicrojoules()));
    }

    private static EmbodiedState embodied(EmbodiedDevice device) {
        Footprint footprint = device.footprint();
        return new EmbodiedState(
                device.component(),
                device.device(),
                footprint.grams(),
                footprint.lowGrams(),
                footprint.highGrams(),
                device.lifetime().toMillis() / 1e3,
                footprint.origin(),
                device.parts().stream()
                        .map(part -> new EmbodiedPartState(
                                part.name(),
                                part.footprint().grams(),
                                part.footprint().lowGrams(),
                                part.footprint().highGrams(),
                                part.footprint().origin()))
                        .toList());
    }
}
