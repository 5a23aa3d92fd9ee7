package io.joulegram.rapl;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An energy event of the {@code power} PMU.
 *
 * @param domain what it measures
 * @param name its name, such as {@code energy-pkg}
 * @param config its number for {@code perf_event_attr.config}
 * @param joulesPerCount energy of one count, above 0; 2^-32 J on every kernel so far
 */
public record PerfEnergyEvent(RaplDomain domain, String name, long config, double joulesPerCount) {
    private static final Pattern CONFIG = Pattern.compile("event=0x([0-9a-fA-F]{1,8})");

    private static final double MIN_SCALE = 1e-15;
    private static final double MAX_SCALE = 1;

    /** Reads the event's file and those beside it: {@code energy-pkg}, {@code .scale}, {@code .unit}. */
    static PerfEnergyEvent read(RaplDomain domain, Path file) throws RaplException {
        String text = SysfsAttribute.text(file);
        Matcher config = CONFIG.matcher(text);
        if (!config.matches()) {
            throw RaplException.malformed(file, SysfsAttribute.quotable(text), "of the form event=0x02");
        }
        Path unit = sibling(file, ".unit");
        if (Files.exists(unit) && !SysfsAttribute.text(unit).equals("Joules")) {
            throw RaplException.malformed(unit, SysfsAttribute.quotable(SysfsAttribute.text(unit)), "Joules");
        }
        return new PerfEnergyEvent(
                domain,
                String.valueOf(file.getFileName()),
                Long.parseLong(config.group(1), 16),
                scale(sibling(file, ".scale")));
    }

    private static double scale(Path file) throws RaplException {
        String text = SysfsAttribute.text(file);
        try {
            double scale = Double.parseDouble(text);
            if (scale >= MIN_SCALE && scale <= MAX_SCALE) {
                return scale;
            }
        } catch (NumberFormatException e) {
            throw notAScale(file, text);
        }
        throw notAScale(file, text);
    }

    private static RaplException notAScale(Path file, String text) {
        return RaplException.malformed(
                file, SysfsAttribute.quotable(text), "a scale from " + MIN_SCALE + " to " + MAX_SCALE + " joules");
    }

    private static Path sibling(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }
}
