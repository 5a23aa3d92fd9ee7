package io.joulegram.grid;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CloudRegionsTest {
    private final CloudRegions regions = CloudRegions.load();

    @Test
    void knowsRegionsRegardlessOfCase() {
        assertThat(regions.find("aws:eu-central-1")).hasValue("DE");
        assertThat(regions.find("AWS:EU-CENTRAL-1")).hasValue("DE");
        assertThat(regions.find("gcp:europe-west9")).hasValue("FR");
        assertThat(regions.find("aws:nowhere-1")).isEmpty();
        assertThat(regions.find("aws:unknown")).isEmpty();
    }

    @Test
    void tellsARegionWithoutAKnownZoneFromOneThatIsNotThere() {
        assertThat(regions.find("aws:cn-north-1")).hasValue("");
    }

    @Test
    void everyZoneHasAYearlyFigure() {
        YearlyIntensities yearly = YearlyIntensities.load();
        assertThat(regions.names())
                .allSatisfy(name -> assertThat(regions.find(name).orElseThrow())
                        .satisfiesAnyOf(
                                zone -> assertThat(zone).isEmpty(),
                                zone -> assertThat(yearly.find(zone)).as(name).isPresent()));
    }
}
