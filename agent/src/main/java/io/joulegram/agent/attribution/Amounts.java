package io.joulegram.agent.attribution;

import io.joulegram.power.Component;
import java.util.EnumMap;
import java.util.Map;

/**
 * Energy, and the grams that go with it, by component. Energy is whole microjoules, so that moving it from one place to
 * another conserves it exactly. Mutable; owned by the accounting thread.
 */
public final class Amounts {
    private record Part(
            long microjoules,
            double operationalGrams,
            double locationGrams,
            double embodiedGrams,
            double divisionMicrojoules) {
        static final Part NONE = new Part(0, 0, 0, 0, 0);

        Part plus(Part other) {
            return new Part(
                    microjoules + other.microjoules,
                    operationalGrams + other.operationalGrams,
                    locationGrams + other.locationGrams,
                    embodiedGrams + other.embodiedGrams,
                    divisionMicrojoules + other.divisionMicrojoules);
        }
    }

    private final Map<Component, Part> parts = new EnumMap<>(Component.class);

    /** Energy of a component, in microjoules. */
    public long microjoules(Component component) {
        return part(component).microjoules;
    }

    /** Energy of all components, in microjoules. */
    public long totalMicrojoules() {
        return parts.values().stream().mapToLong(Part::microjoules).sum();
    }

    /** Grams of CO2e from the energy of a component, by the headline's basis. */
    public double operationalGrams(Component component) {
        return part(component).operationalGrams;
    }

    /** Grams of CO2e from the energy of a component, location-based. */
    public double locationGrams(Component component) {
        return part(component).locationGrams;
    }

    /** Grams of CO2e from the making of a component. */
    public double embodiedGrams(Component component) {
        return part(component).embodiedGrams;
    }

    /** Grams of CO2e from the energy of all components, by the headline's basis. */
    public double totalOperationalGrams() {
        return parts.values().stream().mapToDouble(Part::operationalGrams).sum();
    }

    /** Grams of CO2e from the making of all components. */
    public double totalEmbodiedGrams() {
        return parts.values().stream().mapToDouble(Part::embodiedGrams).sum();
    }

    private Part part(Component component) {
        return parts.getOrDefault(component, Part.NONE);
    }

    /**
     * Standard uncertainty of a component's energy from how it was divided, in microjoules. Whoever gets too much of one
     * interval gets too much of the next, so errors of intervals add up.
     */
    public double divisionMicrojoules(Component component) {
        return part(component).divisionMicrojoules;
    }

    void addEnergy(Component component, long energyMicrojoules, PerMicrojoule rate) {
        parts.merge(
                component,
                new Part(
                        energyMicrojoules,
                        energyMicrojoules * rate.headlineGrams(),
                        energyMicrojoules * rate.locationGrams(),
                        0,
                        energyMicrojoules * rate.divisionRatio()),
                Part::plus);
    }

    void addEmbodied(Component component, double grams) {
        parts.merge(component, new Part(0, 0, 0, grams, 0), Part::plus);
    }

    /** What goes with a component's energy, in the mean. */
    PerMicrojoule rate(Component component) {
        Part part = part(component);
        return PerMicrojoule.meanOf(
                part.microjoules, part.operationalGrams, part.locationGrams, part.divisionMicrojoules);
    }

    void add(Amounts other) {
        other.parts.forEach((component, part) -> parts.merge(component, part, Part::plus));
    }

    void clear() {
        parts.clear();
    }
}
