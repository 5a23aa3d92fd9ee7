package io.joulegram.agent;

import io.joulegram.agent.attribution.RollingWindow;
import io.joulegram.agent.energy.EnergyBook;
import io.joulegram.agent.energy.Meter;
import io.joulegram.agent.export.Snapshot.EmbodiedState;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.ToDoubleFunction;

/**
 * How far the figures per token of one server's models may be off, from what their meters may be off.
 *
 * <p>Errors of different meters are taken to be independent, as each sensor has a gain of its own, so they add as the root of
 * the sum of squares, each weighted with its energy. What PUE adds errs as what it is added to, and by the error of
 * PUE itself; grams err by that of the intensity as well. How energy was divided between those who share a device errs
 * whatever the sensors do.
 */
final class Uncertainties {
    private static final double UNIFORM_TO_STANDARD = Math.sqrt(3);

    private final Factors factors;
    private final Map<Component, Double> ratios = new EnumMap<>(Component.class);
    private final Map<Component, Double> embodiedRatios = new EnumMap<>(Component.class);

    /** The energy of a meter and its relative standard uncertainty. */
    record Part(Component component, String device, double microjoules, double uncertaintyRatio) {}

    /**
     * Relative standard uncertainties of what energy is multiplied with; 0 where nothing is known.
     *
     * @param pueRatio of PUE
     * @param intensityRatio of the carbon intensity
     */
    record Factors(double pueRatio, double intensityRatio) {}

    /**
     * @param parts all meters that count towards the total
     * @param gpus the {@code device} labels of the GPUs that serve; all where it is empty
     * @param embodied the footprints with their bounds
     * @param factors how far PUE and the intensity may be off
     */
    Uncertainties(List<Part> parts, List<String> gpus, List<EmbodiedState> embodied, Factors factors) {
        this.factors = factors;
        for (Component component : RollingWindow.HOST) {
            double energy = 0;
            double squares = 0;
            for (Part part : parts) {
                if (part.component() == component && isServing(component, part.device(), gpus)) {
                    double error = part.microjoules() * part.uncertaintyRatio();
                    energy += part.microjoules();
                    squares += error * error;
                }
            }
            if (energy > 0) {
                ratios.put(component, Math.sqrt(squares) / energy);
            }
            embodied(component, gpus, embodied);
        }
    }

    /** The meters of a book that count towards the total. */
    static List<Part> parts(Collection<EnergyBook.Entry> entries, long nowNanos) {
        List<Part> parts = new ArrayList<>();
        for (EnergyBook.Entry entry : entries) {
            Meter meter = entry.meter();
            Component component = meter.domain().component();
            if (component != null) {
                parts.add(new Part(
                        component,
                        meter.device(),
                        meter.curve().totalMicrojoules(),
                        meter.uncertaintyRatio(meter.bestStream(), nowNanos)));
            }
        }
        return parts;
    }

    private static boolean isServing(Component component, String device, List<String> gpus) {
        return component != Component.GPU || gpus.isEmpty() || gpus.contains(device);
    }

    /** Bounds are taken as those of an even distribution; footprints of one component err alike, as they are of one model. */
    private void embodied(Component component, List<String> gpus, List<EmbodiedState> embodied) {
        double grams = 0;
        double errors = 0;
        for (EmbodiedState state : embodied) {
            if (state.component() == component && isServing(component, state.device(), gpus)) {
                grams += state.grams();
                errors += (state.highGrams() - state.lowGrams()) / 2 / UNIFORM_TO_STANDARD;
            }
        }
        if (grams > 0) {
            embodiedRatios.put(component, errors / grams);
        }
    }

    /**
     * Relative standard uncertainty of energy inside a boundary; empty where a part of it has no meter.
     *
     * @param microjoules the energy by component
     * @param divisionRatio relative standard uncertainty from how it was divided
     */
    OptionalDouble ofEnergy(Set<Component> boundary, ToDoubleFunction<Component> microjoules, double divisionRatio) {
        double energy = 0;
        double squares = 0;
        for (Component component : boundary) {
            double part = component == Component.OVERHEAD ? 0 : microjoules.applyAsDouble(component);
            if (part > 0) {
                Double ratio = ratios.get(component);
                if (ratio == null) {
                    return OptionalDouble.empty();
                }
                energy += part;
                squares += part * ratio * part * ratio;
            }
        }
        double pue = boundary.contains(Component.OVERHEAD) ? factors.pueRatio() : 0;
        return energy > 0
                ? OptionalDouble.of(Math.hypot(Math.hypot(Math.sqrt(squares) / energy, pue), divisionRatio))
                : OptionalDouble.empty();
    }

    /**
     * Relative standard uncertainty of grams inside a boundary; of the energy, the intensity and the making of the devices.
     *
     * @param energyRatio that of the energy
     * @param grams all grams inside the boundary
     * @param embodiedGrams those of the making of the devices, by component
     */
    OptionalDouble ofGrams(
            Set<Component> boundary, double energyRatio, double grams, ToDoubleFunction<Component> embodiedGrams) {
        if (!(grams > 0)) {
            return OptionalDouble.empty();
        }
        double embodied = 0;
        double squares = 0;
        for (Component component : boundary) {
            double part = embodiedGrams.applyAsDouble(component);
            double error = part * embodiedRatios.getOrDefault(component, 0.0);
            embodied += part;
            squares += error * error;
        }
        double operational = (grams - embodied) * Math.hypot(energyRatio, factors.intensityRatio());
        return OptionalDouble.of(Math.sqrt(operational * operational + squares) / grams);
    }
}
