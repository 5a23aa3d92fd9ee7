package io.joulegram.agent;

import io.joulegram.grid.GridIntensity;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * How far a carbon intensity may be off, as a relative standard uncertainty: what is configured, else what is known of where
 * the figure comes from. Immutable.
 *
 * <p>Only of a country's yearly production mix something is known: against the yearly figure of the same country with imports
 * traced (Electricity Maps), two thirds of 185 countries of 2024 lie within 21 %, and of 89 countries of 2025 within 26 %. It
 * is 0 for everything else, which means that it is not known and not in what is made of it.
 */
final class IntensityUncertainty {
    /** The provider of yearly figures of countries. */
    private static final String COUNTRY_YEAR = "owid";

    private static final double COUNTRY_YEAR_RATIO = 0.25;

    private final OptionalDouble configuredRatio;

    /** @param configuredRatio counts whatever the figure is; empty if it is not configured */
    IntensityUncertainty(OptionalDouble configuredRatio) {
        this.configuredRatio = configuredRatio;
    }

    /** That of a figure in force; 0 if it is not known, or if there is no figure. */
    double ratioOf(@Nullable GridIntensity figure) {
        if (figure == null) {
            return 0;
        }
        return configuredRatio.orElse(figure.provider().equals(COUNTRY_YEAR) ? COUNTRY_YEAR_RATIO : 0);
    }
}
