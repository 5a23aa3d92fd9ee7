package io.joulegram.agent.report;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What electricity can be made from, with the life-cycle emissions that HotCarbon'24 and ACT reckon with: medians of IPCC AR5,
 * working group III, annex III, table A.III.2.
 */
public enum ElectricitySource {
    /** Hard coal. */
    COAL(820),
    /** Natural gas, combined cycle. */
    GAS(490),
    /** Dedicated biomass. */
    BIOMASS(230),
    /** Solar panels on roofs. */
    SOLAR(41),
    /** Geothermal. */
    GEOTHERMAL(38),
    /** Hydropower. */
    HYDRO(24),
    /** Nuclear power. */
    NUCLEAR(12),
    /** Wind on land. */
    WIND(11);

    private final double gramsPerKwh;

    ElectricitySource(double gramsPerKwh) {
        this.gramsPerKwh = gramsPerKwh;
    }

    /** Life-cycle emissions, gCO2e/kWh. */
    public double gramsPerKwh() {
        return gramsPerKwh;
    }

    /** Its name on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** All names. */
    public static List<String> labels() {
        return Arrays.stream(values()).map(ElectricitySource::label).toList();
    }

    /** The source of that name. */
    public static Optional<ElectricitySource> of(String label) {
        return Arrays.stream(values())
                .filter(source -> source.label().equals(label))
                .findFirst();
    }
}
