package io.joulegram.agent.otlp;

import static java.util.Map.entry;

import io.joulegram.agent.export.MetricCatalogue;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The units of the catalogue in UCUM's case-sensitive notation (ucum.org), which OTLP wants. What is counted is an
 * annotation in braces; what is no quantity (an identity, a truth value) has no unit, as a receiver that builds Prometheus
 * names would else call it a ratio.
 */
final class Ucum {
    private static final Map<String, String> BY_WORD = Map.ofEntries(
            entry("joules", "J"),
            entry("watts", "W"),
            entry("grams", "g"),
            entry("seconds", "s"),
            entry("bytes", "By"),
            entry("hertz", "Hz"),
            entry("degrees Celsius", "Cel"),
            entry("ratio", "1"),
            entry("joules per token", "J/{token}"),
            entry("grams per token", "g/{token}"),
            entry("grams per kWh", "g/(kW.h)"),
            entry("joule seconds", "J.s"),
            entry("gram seconds", "g.s"),
            entry("gram joules", "g.J"),
            entry("tokens", "{token}"),
            entry("requests", "{request}"),
            entry("resets", "{reset}"),
            entry("switches", "{switch}"),
            entry("ticks", "{tick}"),
            entry("windows", "{window}"),
            entry("errors", "{error}"),
            entry("1", ""),
            entry("0 or 1", ""));

    private static final Map<String, String> BY_METRIC = Arrays.stream(MetricCatalogue.values())
            .collect(Collectors.toUnmodifiableMap(
                    MetricCatalogue::metricName, metric -> BY_WORD.getOrDefault(metric.unit(), "")));

    private Ucum() {}

    /** The unit of a metric by its name; empty if it has none, or is not of the catalogue. */
    static String of(String metricName) {
        return BY_METRIC.getOrDefault(metricName, "");
    }
}
