package io.joulegram.dashboards.preview;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitTextTest {
    @ParameterizedTest
    @CsvSource({
        "watt, 0, 0 W",
        "watt, 431.26, 431 W",
        "watt, 1000, 1 kW",
        "watt, 0.0421, 42.1 mW",
        "watt, -1234, -1.23 kW",
        "kwatth, 0.002, 2 Wh",
        "kwatth, 12.345, 12.3 kWh",
        "kwatth, 12345, 12.3 MWh",
        "masskg, 150, 150 kg",
        "masskg, 0.15, 150 g",
        "si:gCO₂e/token, 0.00031, 310 µgCO₂e/token",
        "si:J/token, 0.95, 950 mJ/token",
        "'suffix: tok/s', 1234.5, 1235 tok/s",
        "percentunit, 0.1234, 12.3 %",
        "short, 950, 950",
        "short, 1234567, 1.23 Mil",
        "none, 1, 1",
        "celsius, 61, 61 °C",
        "hertz, 1.98e9, 1.98 GHz",
        "s, 0.25, 250 ms",
        "s, 90, 1.5 mins",
        "s, 126230400, 4 years",
    })
    void writesAValueInItsUnit(String unit, double value, String text) {
        assertThat(new UnitText(unit, OptionalInt.empty()).of(value)).isEqualTo(text);
    }

    @Test
    void keepsTheDecimalsThatAPanelAsksFor() {
        assertThat(new UnitText("si:J/token", OptionalInt.of(3)).of(2.5)).isEqualTo("2.500 J/token");
    }

    @Test
    void writesWhatIsNoNumber() {
        UnitText watts = new UnitText("watt", OptionalInt.empty());
        assertThat(watts.of(Double.NaN)).isEqualTo("NaN");
        assertThat(watts.of(Double.NEGATIVE_INFINITY)).isEqualTo("-∞");
    }

    @Test
    void refusesAUnitThatItDoesNotKnow() {
        assertThatThrownBy(() -> new UnitText("furlongs", OptionalInt.empty()))
                .hasMessage("furlongs: is no unit that a preview knows");
    }
}
