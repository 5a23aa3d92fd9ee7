package io.joulegram.agent.report;

import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.DeviceUse;
import io.joulegram.agent.ledger.LedgerDevice;
import io.joulegram.agent.ledger.ModelUse;
import io.joulegram.agent.ledger.WorkloadUse;
import io.joulegram.power.Component;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Sums up one line of a report. */
final class Tally {
    private static final double JOULES_PER_MICROJOULE = 1e-6;
    private static final double KWH_PER_MICROJOULE = 1 / 3.6e12;
    private static final double GRAMS_PER_MICROGRAM = 1e-6;

    private boolean measured;
    private long microjoules;
    /** What the facility adds is a multiple of what is measured, so it errs as that does. */
    private long overheadMicrojoules;
    /** Energy times its relative error, by device: of one device the errors add up, of several they do not. */
    private final Map<String, Double> errorByDevice = new HashMap<>();

    private final Map<String, Double> gramsByBasis = new HashMap<>();
    private double embodiedGrams;
    private double embodiedLowGrams;
    private double embodiedHighGrams;
    private long prefillMicrojoules;
    private long decodeMicrojoules;
    private long idleMicrojoules;
    private long promptTokens;
    private long cachedTokens;
    private long generatedTokens;

    void addDevice(String host, DeviceUse use, Bucket bucket, Pricing pricing) {
        LedgerDevice device = use.device();
        long energy = use.microjoules().orElse(0);
        if (device.component() == Component.OVERHEAD) {
            overheadMicrojoules += energy;
        }
        if (use.microjoules().isPresent()) {
            addEnergy(energy, bucket, pricing);
        }
        errorByDevice.merge(
                host + '\n' + device.component() + '\n' + device.device(),
                energy * use.uncertaintyRatio(),
                Double::sum);
        double grams = use.embodiedMicrograms() * GRAMS_PER_MICROGRAM;
        boolean bounded = device.footprintGrams() > 0;
        embodiedGrams += grams;
        embodiedLowGrams += bounded ? grams * device.footprintLowGrams() / device.footprintGrams() : grams;
        embodiedHighGrams += bounded ? grams * device.footprintHighGrams() / device.footprintGrams() : grams;
    }

    void addModel(ModelUse use, Bucket bucket, Pricing pricing) {
        addEnergy(use.totalMicrojoules(), bucket, pricing);
        embodiedGrams += use.embodiedMicrograms() * GRAMS_PER_MICROGRAM;
        prefillMicrojoules += use.prefillMicrojoules();
        decodeMicrojoules += use.decodeMicrojoules();
        idleMicrojoules += use.idleMicrojoules();
        promptTokens += use.promptTokens();
        cachedTokens += use.cachedTokens();
        generatedTokens += use.generatedTokens();
    }

    void addWorkload(WorkloadUse use, Bucket bucket, Pricing pricing) {
        addEnergy(use.totalMicrojoules(), bucket, pricing);
        embodiedGrams += use.embodiedMicrograms() * GRAMS_PER_MICROGRAM;
    }

    private void addEnergy(long energy, Bucket bucket, Pricing pricing) {
        measured = true;
        microjoules += energy;
        for (String basis : new String[] {Basis.LOCATION, Basis.MARKET, Basis.MARGINAL}) {
            OptionalDouble gramsPerKwh = pricing.gramsPerKwh(bucket, basis);
            if (gramsPerKwh.isPresent()) {
                gramsByBasis.merge(basis, energy * KWH_PER_MICROJOULE * gramsPerKwh.getAsDouble(), Double::sum);
            }
        }
    }

    double joules() {
        return microjoules * JOULES_PER_MICROJOULE;
    }

    /** A line of devices. */
    Line line(String name) {
        double squares = errorByDevice.values().stream()
                .mapToDouble(error -> error * error)
                .sum();
        long measuredMicrojoules = microjoules - overheadMicrojoules;
        double uncertainty = measuredMicrojoules > 0 ? Math.sqrt(squares) / measuredMicrojoules : 0;
        return line(name, uncertainty);
    }

    /** A line of what errs as something else does. */
    Line line(String name, double uncertainty) {
        return line(name, uncertainty, embodiedLowGrams, embodiedHighGrams, Optional.empty(), Optional.empty());
    }

    /** A line of a model, whose energy and making are as uncertain as those of the whole. */
    Line modelLine(String name, Line whole) {
        return partLine(
                name,
                whole,
                Optional.of(new Line.Phases(
                        prefillMicrojoules * JOULES_PER_MICROJOULE,
                        decodeMicrojoules * JOULES_PER_MICROJOULE,
                        idleMicrojoules * JOULES_PER_MICROJOULE)),
                Optional.of(new Line.Tokens(promptTokens, cachedTokens, generatedTokens)));
    }

    /** A line of a workload, whose energy and making are as uncertain as those of the whole. */
    Line workloadLine(String name, Line whole) {
        return partLine(name, whole, Optional.empty(), Optional.empty());
    }

    private Line partLine(String name, Line whole, Optional<Line.Phases> phases, Optional<Line.Tokens> tokens) {
        double low = whole.embodiedGrams() > 0 ? whole.embodiedLowGrams() / whole.embodiedGrams() : 1;
        double high = whole.embodiedGrams() > 0 ? whole.embodiedHighGrams() / whole.embodiedGrams() : 1;
        return line(name, whole.uncertaintyRatio(), low * embodiedGrams, high * embodiedGrams, phases, tokens);
    }

    private Line line(
            String name,
            double uncertainty,
            double low,
            double high,
            Optional<Line.Phases> phases,
            Optional<Line.Tokens> tokens) {
        return new Line(
                name,
                measured,
                joules(),
                uncertainty,
                grams(Basis.LOCATION),
                grams(Basis.MARKET),
                grams(Basis.MARGINAL),
                embodiedGrams,
                low,
                high,
                phases,
                tokens);
    }

    private OptionalDouble grams(String basis) {
        Double grams = gramsByBasis.get(basis);
        return grams == null ? OptionalDouble.empty() : OptionalDouble.of(grams);
    }
}
