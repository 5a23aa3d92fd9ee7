package io.joulegram.agent.report;

import java.util.Locale;
import java.util.OptionalDouble;

/** Figures as people read them: three to four digits and a unit of a fitting size. */
public final class Units {
    private static final String UNKNOWN = "unknown";

    private Units() {}

    static String energy(Line line) {
        return line.measured() ? energy(line.joules()) : UNKNOWN;
    }

    /** The relative error of a line's energy. */
    static String uncertainty(Line line) {
        return line.measured() ? percent(line.uncertaintyRatio()) : "";
    }

    /** Joules as kWh, MWh or Wh. */
    static String energy(double joules) {
        double wattHours = joules / 3_600;
        return scaled(wattHours, "Wh");
    }

    /** Grams as g, kg or t. */
    static String mass(double grams) {
        return Math.abs(grams) >= 1e6 ? number(grams / 1e6) + " t" : scaled(grams, "g");
    }

    static String mass(OptionalDouble grams) {
        return grams.isPresent() ? mass(grams.getAsDouble()) : UNKNOWN;
    }

    /** A bound; nothing where none is given. */
    static String bound(OptionalDouble grams) {
        return grams.isPresent() ? mass(grams.getAsDouble()) : "";
    }

    private static String scaled(double value, String unit) {
        double size = Math.abs(value);
        if (size >= 1e6) {
            return number(value / 1e6) + " M" + unit;
        }
        return size >= 1e3 ? number(value / 1e3) + " k" + unit : number(value) + " " + unit;
    }

    /** A share as a percentage. */
    static String percent(double ratio) {
        return number(100 * ratio) + " %";
    }

    /** Four significant digits. */
    public static String number(double value) {
        double size = Math.abs(value);
        if (size == 0) {
            return "0";
        }
        if (size >= 1e9 || size < 1e-3) {
            return String.format(Locale.ROOT, "%.3e", value);
        }
        int digits = (int) Math.max(0, 3 - Math.floor(Math.log10(size)));
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }

    /** The same; nothing for what is not known. */
    public static String number(OptionalDouble value) {
        return value.isPresent() ? number(value.getAsDouble()) : "";
    }
}
