package io.joulegram.agent.cli;

import io.joulegram.agent.carbon.EmbodiedCatalogue;
import io.joulegram.agent.carbon.Footprint;
import io.joulegram.agent.config.Nearest;
import io.joulegram.agent.report.ElectricitySource;
import io.joulegram.agent.report.Pricing;
import io.joulegram.agent.report.WhatIf;
import io.joulegram.grid.GridIntensity;
import io.joulegram.grid.IntensityTrace;
import io.joulegram.grid.IntensityTraceException;
import io.joulegram.grid.YearlyIntensities;
import io.joulegram.power.Component;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what is to be different. Every mistake is an {@link IllegalArgumentException} whose message names the key and what
 * is allowed.
 */
final class AlternativeReader {
    /** The keys that give a carbon intensity, of which there can be one. */
    static final List<String> INTENSITIES = List.of("intensity", "zone", "source", "trace");

    /** The other keys, but for lifetimes. */
    static final List<String> OTHERS = List.of("pue", "gpu", "gpu-energy", "gpu-count");

    private static final double SECONDS_PER_YEAR = 365.25 * 86_400;
    private static final double MAX_PUE = 3;
    private static final double MAX_RATIO = 1_000;
    private static final double MIN_YEARS = 0.5;
    private static final double MAX_YEARS = 30;
    private static final Pattern LIFETIME = Pattern.compile("(gpu|cpu|dram|other)=([0-9.]{1,8})y?");
    private static final String LIFETIME_PREFIX = "lifetime.";

    private final String prefix;
    private final Map<String, String> values;
    private final List<String> lifetimes;
    private final List<String> changes = new ArrayList<>();

    /**
     * @param prefix of keys in messages, such as {@code --}
     * @param values by key
     * @param lifetimes each as {@code gpu=6}
     */
    AlternativeReader(String prefix, Map<String, String> values, List<String> lifetimes) {
        this.prefix = prefix;
        this.values = Map.copyOf(values);
        this.lifetimes = List.copyOf(lifetimes);
    }

    /** One written as {@code NAME: KEY=VALUE, KEY=VALUE}. */
    static Alternative parse(String text) throws IntensityTraceException {
        int colon = text.indexOf(':');
        String name = colon < 0 ? "" : text.substring(0, colon).strip();
        if (name.isEmpty()) {
            throw new IllegalArgumentException(
                    "--alternative: \"" + text + "\" has no name: must be as in \"France: zone=FR, lifetime.gpu=6\"");
        }
        Map<String, String> values = new LinkedHashMap<>();
        List<String> lifetimes = new ArrayList<>();
        for (String item : text.substring(colon + 1).split(",", -1)) {
            int equals = item.indexOf('=');
            String key = equals < 0 ? item.strip() : item.substring(0, equals).strip();
            String value = equals < 0 ? "" : item.substring(equals + 1).strip();
            if (key.startsWith(LIFETIME_PREFIX)) {
                lifetimes.add(key.substring(LIFETIME_PREFIX.length()) + '=' + value);
            } else if (!INTENSITIES.contains(key) && !OTHERS.contains(key)) {
                List<String> known = new ArrayList<>(INTENSITIES);
                known.addAll(OTHERS);
                known.add("lifetime.gpu");
                throw new IllegalArgumentException("--alternative: \"" + key + "\" in \"" + name + "\" is none of "
                        + String.join(", ", known)
                        + Nearest.suggestion(key, known));
            } else if (values.put(key, value) != null) {
                throw new IllegalArgumentException("--alternative: " + key + " is there twice in \"" + name + "\"");
            }
        }
        return new AlternativeReader("--alternative \"" + name + "\" ", values, lifetimes).read(name);
    }

    Alternative read(String name) throws IntensityTraceException {
        Pricing pricing = pricing();
        WhatIf whatIf = whatIf();
        return new Alternative(name, List.copyOf(changes), pricing, whatIf);
    }

    private Pricing pricing() throws IntensityTraceException {
        List<String> given = INTENSITIES.stream()
                .filter(values::containsKey)
                .map(prefix::concat)
                .toList();
        if (given.size() > 1) {
            throw new IllegalArgumentException(String.join(" and ", given) + " exclude each other");
        }
        if (values.containsKey("intensity")) {
            double grams = number("intensity", 0, GridIntensity.MAX_GRAMS_PER_KWH);
            changes.add(String.format(Locale.ROOT, "%.1f g/kWh", grams));
            return Pricing.fixed(grams);
        }
        if (values.containsKey("zone")) {
            GridIntensity figure = zone(text("zone"));
            changes.add(String.format(
                    Locale.ROOT, "%.1f g/kWh of %s (%s)", figure.gramsPerKwh(), figure.zone(), figure.dataset()));
            return Pricing.fixed(figure.gramsPerKwh());
        }
        if (values.containsKey("source")) {
            ElectricitySource source = source(text("source"));
            changes.add(String.format(Locale.ROOT, "%.1f g/kWh of %s", source.gramsPerKwh(), source.label()));
            return Pricing.fixed(source.gramsPerKwh());
        }
        if (values.containsKey("trace")) {
            Path file = Path.of(text("trace"));
            changes.add("intensity of " + file + ", and as booked where it has none");
            return Pricing.restated(IntensityTrace.read(file));
        }
        return Pricing.asBooked();
    }

    private GridIntensity zone(String zone) {
        return YearlyIntensities.load()
                .find(zone)
                .orElseThrow(() -> new IllegalArgumentException(
                        prefix + "zone: \"" + zone + "\" is in no table of yearly intensity, such as DE or WORLD"));
    }

    private ElectricitySource source(String name) {
        return ElectricitySource.of(name)
                .orElseThrow(() -> new IllegalArgumentException(prefix + "source: \"" + name + "\" is none of "
                        + String.join(", ", ElectricitySource.labels())
                        + Nearest.suggestion(name, ElectricitySource.labels())));
    }

    private WhatIf whatIf() {
        OptionalDouble pue = OptionalDouble.empty();
        if (values.containsKey("pue")) {
            pue = OptionalDouble.of(number("pue", 1, MAX_PUE));
            changes.add("PUE " + pue.getAsDouble());
        }
        Map<Component, Double> seconds = new EnumMap<>(Component.class);
        for (String text : lifetimes) {
            Matcher matcher = LIFETIME.matcher(text);
            double years = matcher.matches() ? decimal(matcher.group(2)) : Double.NaN;
            if (!(years >= MIN_YEARS && years <= MAX_YEARS)) {
                throw new IllegalArgumentException(prefix + "lifetime: \"" + text
                        + "\" is not a lifetime such as gpu=6, of gpu, cpu, dram or other and 0.5 to 30 years");
            }
            seconds.put(Component.valueOf(matcher.group(1).toUpperCase(Locale.ROOT)), years * SECONDS_PER_YEAR);
            changes.add(matcher.group(1) + " for " + matcher.group(2) + " years");
        }
        return withGpu(pue, seconds);
    }

    private WhatIf withGpu(OptionalDouble pue, Map<Component, Double> seconds) {
        double energy = values.containsKey("gpu-energy") ? number("gpu-energy", 1 / MAX_RATIO, MAX_RATIO) : 1;
        if (!values.containsKey("gpu")) {
            if (values.containsKey("gpu-count")) {
                throw new IllegalArgumentException(prefix + "gpu-count needs " + prefix + "gpu");
            }
            if (values.containsKey("gpu-energy")) {
                changes.add("GPUs with " + energy + " times the energy");
            }
            return new WhatIf(pue, seconds, energy, OptionalDouble.empty());
        }
        String name = text("gpu");
        Optional<Footprint> footprint = new EmbodiedCatalogue().gpu(name);
        if (footprint.isEmpty()) {
            throw new IllegalArgumentException(prefix + "gpu: \"" + name + "\" is not in the catalogue of GPUs");
        }
        if (!values.containsKey("gpu-energy")) {
            throw new IllegalArgumentException(prefix + "gpu needs " + prefix
                    + "gpu-energy: how much less or more energy they take depends on the work");
        }
        double count = values.containsKey("gpu-count") ? number("gpu-count", 1 / MAX_RATIO, MAX_RATIO) : 1;
        changes.add(String.format(
                Locale.ROOT,
                "%s of %.1f kg each, %s for one, with %s times the energy",
                name,
                footprint.get().grams() / 1e3,
                count,
                energy));
        return new WhatIf(
                pue, seconds, energy, OptionalDouble.of(footprint.get().grams() * count));
    }

    private String text(String key) {
        return values.getOrDefault(key, "");
    }

    private double number(String key, double least, double most) {
        return number(prefix + key, text(key), least, most);
    }

    /** A number in a text; {@code name} is what the message calls it. */
    static double number(String name, String text, double least, double most) {
        double value = decimal(text);
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(
                    name + ": \"" + text + "\" is not a number from " + least + " to " + most);
        }
        return value;
    }

    private static double decimal(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }
}
