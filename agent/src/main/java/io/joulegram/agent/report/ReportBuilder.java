package io.joulegram.agent.report;

import io.joulegram.agent.ledger.BookedIntensity;
import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.DeviceUse;
import io.joulegram.agent.ledger.LedgerException;
import io.joulegram.agent.ledger.LedgerReader;
import io.joulegram.agent.ledger.ModelUse;
import io.joulegram.power.Component;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Makes a report out of ledgers. */
public final class ReportBuilder {
    /** The line of what belongs to no model, or to no workload. */
    public static final String NOT_ATTRIBUTED = "(not attributed)";

    private static final double JOULES_PER_MICROJOULE = 1e-6;

    private static final class Weighted {
        double joules;
        double joulesTimesGrams;
    }

    private record Provenance(
            String basis, String zone, String provider, String signal, String boundary, String dataset) {}

    private final Instant from;
    private final Instant until;
    private final ZoneId zone;
    private final Pricing pricing;
    private final boolean restated;
    private final Collection<String> hosts = new TreeSet<>();
    private final Tally total = new Tally();
    private final Tally models = new Tally();
    private final Map<Component, Tally> byComponent = new EnumMap<>(Component.class);
    private final Map<String, Tally> byDevice = new TreeMap<>();
    private final Map<String, Tally> byModel = new TreeMap<>();
    private final WorkloadLines workloads = new WorkloadLines();
    private final Map<LocalDate, Tally> byDay = new TreeMap<>();
    private final Map<String, Tally> byHost = new TreeMap<>();
    private final Map<String, Weighted> byProvenance = new TreeMap<>();
    private final Map<String, Provenance> provenances = new TreeMap<>();
    private int ledgers;
    private double coveredMillis;
    private long backfilledMicrojoules;
    private double unobservedMillis;
    private long unpricedMicrojoules;
    private double carbonFreeMicrojoules;
    private long mixedMicrojoules;
    private long unmixedMicrojoules;
    private double bookedGrams;
    private boolean bookedKnown;

    /**
     * @param from begin of the span
     * @param until its end, exclusive
     * @param zone whose days are told apart
     * @param pricing tells the intensities
     * @param restated whether these are others than those that were booked, so that the difference is of interest
     */
    public ReportBuilder(Instant from, Instant until, ZoneId zone, Pricing pricing, boolean restated) {
        this.from = from;
        this.until = until;
        this.zone = zone;
        this.pricing = pricing;
        this.restated = restated;
    }

    /** Takes in the ledger of a host. */
    public ReportBuilder add(String host, LedgerReader ledger) throws LedgerException {
        return add(host, ledger, UnaryOperator.identity());
    }

    /**
     * Takes in the ledger of a host as it would be.
     *
     * @param change turns what was into what would have been
     */
    public ReportBuilder add(String host, LedgerReader ledger, UnaryOperator<Bucket> change) throws LedgerException {
        hosts.add(host);
        ledgers++;
        ledger.forEach(from.toEpochMilli(), until.toEpochMilli(), bucket -> add(host, change.apply(bucket)));
        return this;
    }

    /** Takes in what a host used and did. */
    public ReportBuilder add(String host, Collection<Bucket> buckets) {
        hosts.add(host);
        ledgers++;
        buckets.forEach(bucket -> add(host, bucket));
        return this;
    }

    private void add(String host, Bucket bucket) {
        LocalDate day = Instant.ofEpochMilli(bucket.startMillis()).atZone(zone).toLocalDate();
        for (DeviceUse use : bucket.devices()) {
            Component component = use.device().component();
            String device = host + " " + component.label() + " " + use.device().device();
            for (Tally tally : List.of(
                    total,
                    byComponent.computeIfAbsent(component, key -> new Tally()),
                    byDevice.computeIfAbsent(device.strip(), key -> new Tally()),
                    byDay.computeIfAbsent(day, key -> new Tally()),
                    byHost.computeIfAbsent(host, key -> new Tally()))) {
                tally.addDevice(host, use, bucket, pricing);
            }
            unobservedMillis += use.unobservedMillis();
        }
        for (ModelUse use : bucket.models()) {
            models.addModel(use, bucket, pricing);
            byModel.computeIfAbsent(use.model() + " @ " + use.server(), key -> new Tally())
                    .addModel(use, bucket, pricing);
        }
        workloads.add(bucket, pricing);
        note(
                bucket,
                bucket.devices().stream()
                        .mapToLong(use -> use.microjoules().orElse(0))
                        .sum());
    }

    private void note(Bucket bucket, long microjoules) {
        coveredMillis += bucket.coveredMillis();
        if (bucket.kind() == Bucket.Kind.BACKFILL) {
            backfilledMicrojoules += microjoules;
        }
        if (pricing.gramsPerKwh(bucket, Basis.LOCATION).isEmpty()) {
            unpricedMicrojoules += microjoules;
        }
        noteMix(bucket.intensities().get(Basis.LOCATION), microjoules);
        bucket.intensities().forEach((basis, intensity) -> {
            if (basis.equals(Basis.LOCATION)) {
                bookedGrams += intensity.grams(microjoules);
                bookedKnown = true;
            }
            note(basis, intensity, microjoules * JOULES_PER_MICROJOULE);
        });
    }

    private void noteMix(@Nullable BookedIntensity location, long microjoules) {
        if (location != null && location.carbonFreeRatio().isPresent()) {
            carbonFreeMicrojoules += microjoules * location.carbonFreeRatio().getAsDouble();
            mixedMicrojoules += microjoules;
        } else {
            unmixedMicrojoules += microjoules;
        }
    }

    private void note(String basis, BookedIntensity intensity, double joules) {
        Provenance provenance = new Provenance(
                basis,
                intensity.zone(),
                intensity.provider(),
                intensity.signal(),
                intensity.boundary(),
                intensity.dataset());
        provenances.put(provenance.toString(), provenance);
        Weighted weighted = byProvenance.computeIfAbsent(provenance.toString(), key -> new Weighted());
        weighted.joules += joules;
        weighted.joulesTimesGrams += joules * intensity.gramsPerKwh();
    }

    /** The report. */
    public Report build() {
        Line whole = total.line("total");
        List<Line> modelLines = new ArrayList<>();
        byModel.forEach((name, tally) -> modelLines.add(tally.modelLine(name, whole)));
        if (!modelLines.isEmpty()) {
            modelLines.add(whole.without(NOT_ATTRIBUTED, models.modelLine("models", whole)));
        }
        double spanMillis = (double) until.toEpochMilli() - from.toEpochMilli();
        return new Report(
                from,
                until,
                zone,
                List.copyOf(hosts),
                whole,
                byComponent.entrySet().stream()
                        .map(entry -> entry.getKey() == Component.OVERHEAD
                                ? entry.getValue().line(entry.getKey().label(), whole.uncertaintyRatio())
                                : entry.getValue().line(entry.getKey().label()))
                        .toList(),
                byDevice.entrySet().stream()
                        .map(entry -> entry.getValue().line(entry.getKey()))
                        .toList(),
                modelLines,
                workloads.lines(whole),
                byDay.entrySet().stream()
                        .map(entry -> entry.getValue().line(entry.getKey().toString()))
                        .toList(),
                byHost.entrySet().stream()
                        .map(entry -> entry.getValue().line(entry.getKey()))
                        .toList(),
                intensities(),
                new Report.Coverage(
                        ledgers == 0 ? 0 : Math.min(1, coveredMillis / spanMillis / ledgers),
                        backfilledMicrojoules * JOULES_PER_MICROJOULE,
                        unobservedMillis / 1e3,
                        unpricedMicrojoules * JOULES_PER_MICROJOULE,
                        mixedMicrojoules > 0
                                ? OptionalDouble.of(carbonFreeMicrojoules / mixedMicrojoules)
                                : OptionalDouble.empty(),
                        unmixedMicrojoules * JOULES_PER_MICROJOULE),
                restated && bookedKnown ? OptionalDouble.of(bookedGrams) : OptionalDouble.empty());
    }

    private List<Report.IntensityUse> intensities() {
        List<Report.IntensityUse> uses = new ArrayList<>();
        byProvenance.forEach((key, weighted) -> {
            Provenance provenance = provenances.get(key);
            if (provenance != null && weighted.joules > 0) {
                uses.add(new Report.IntensityUse(
                        provenance.basis,
                        provenance.zone,
                        provenance.provider,
                        provenance.signal,
                        provenance.boundary,
                        provenance.dataset,
                        weighted.joules,
                        weighted.joulesTimesGrams / weighted.joules));
            }
        });
        return uses;
    }
}
