package io.joulegram.grid;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class YearlyIntensitiesTest {
    private final YearlyIntensities table = YearlyIntensities.load();

    @Test
    void holdsTheFiguresOfItsSources() {
        assertThat(table.find("WORLD").orElseThrow().gramsPerKwh()).isEqualTo(458.29);
        assertThat(table.find("eGRID:CAMX").orElseThrow().gramsPerKwh()).isEqualTo(183.7);
        assertThat(table.find("US-CAL-CISO").orElseThrow().provider()).isEqualTo("electricitymaps-yearly");
    }

    @Test
    void tellsTheCarbonFreeShareWhereTheTableHasIt() {
        assertThat(table.find("AE").orElseThrow().carbonFreeRatio()).hasValue(0.31);
        assertThat(table.find("eGRID:CAMX").orElseThrow().carbonFreeRatio()).isEmpty();
    }

    @Test
    void prefersWhatCountsImportsAndIgnoresCase() {
        assertThat(table.find("de").orElseThrow().provider()).isEqualTo("electricitymaps-yearly");
    }

    @Test
    void bothCodesOfACountryMeanOneFigure() {
        assertThat(table.find("DEU")).isEqualTo(table.find("DE"));
        assertThat(table.find("AUT")).isEqualTo(table.find("at"));
        assertThat(table.find("USA")).isEqualTo(table.find("US"));
    }

    @Test
    void aSubregionIsFoundWithAndWithoutTheNameOfItsTable() {
        assertThat(table.find("CAMX")).isEqualTo(table.find("egrid:camx"));
    }

    @Test
    void nothingStandsInForAnUnknownZone() {
        assertThat(table.find("ATLANTIS")).isEmpty();
        assertThat(table.find("")).isEmpty();
    }

    @Test
    void everyFigureIsOfAYearAndInRange() {
        assertThat(table.zones()).hasSizeGreaterThan(500);
        for (String zone : table.zones()) {
            GridIntensity figure = table.find(zone).orElseThrow();
            assertThat(figure.gramsPerKwh()).as(zone).isBetween(1.0, 1500.0);
            assertThat(figure.from()).as(zone).isBefore(figure.until());
        }
    }
}
