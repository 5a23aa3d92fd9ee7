package io.joulegram.agent.carbon;

import java.util.Map;

/**
 * The formulas by which the making of hardware is reckoned where no published footprint is known: those of "Towards
 * carbon-efficient LLM life cycle" (HotCarbon'24), section 3.2, and of ACT (Gupta et al., ISCA 2022; tables of
 * facebookresearch/ACT at abc9fbb). Kilograms of CO2e throughout.
 */
final class EmbodiedModel {
    /** Solid-state disks: 3378.944 kg for eight of 3.84 TB in the Dell R740's assessment; HotCarbon'24 section 3.2.1. */
    static final double SSD_KG_PER_GB = 3378.944 / (8 * 3.84 * 1000);

    /** Printed circuit boards: 175.8 kg x 62 % x 0.85 for 1925 cm2 of the Dell R740's board, HotCarbon'24 3.2.2. */
    static final double BOARD_KG_PER_CM2 = 175.8 * 0.62 * 0.85 / 1925;

    /** Power delivery: 22.89 kg for the A6000 of 300 W, HotCarbon'24 section 3.2.6. */
    static final double POWER_DELIVERY_KG_PER_WATT = 22.89 / 300;

    /** Cooling: 23.63 kg for the A6000 of 300 W, HotCarbon'24 section 3.2.7. */
    static final double COOLING_KG_PER_WATT = 23.63 / 300;

    /** ACT: packaging of one integrated circuit. */
    static final double PACKAGING_KG_PER_IC = 0.15;

    /** ACT's yield for server parts. */
    static final double YIELD = 0.875;

    /** ACT's grid of the fab: Taiwan 2022, gCO2e/kWh. */
    static final double FAB_GRAMS_PER_KWH = 583;

    /** ACT: CO2e of raw materials, the same for all nodes, g/cm2. */
    private static final double MATERIALS_GRAMS_PER_CM2 = 500;

    /** ACT's tables for logic. */
    private record Node(double kwhPerCm2, double gas95GramsPerCm2, double gas99GramsPerCm2) {}

    private static final Map<String, Node> NODES = Map.of(
            "28nm", new Node(0.9, 175, 100),
            "20nm", new Node(1.2, 190, 110),
            "14nm", new Node(1.2, 200, 125),
            "10nm", new Node(1.475, 240, 150),
            "8nm", new Node(1.52, 240, 150),
            "7nm", new Node(2.15, 350, 200),
            "5nm", new Node(2.75, 430, 225),
            "3nm", new Node(3.25, 470, 275));

    private EmbodiedModel() {}

    /**
     * Carbon per area of a die: (intensity of the fab's grid x energy + gases + materials) / yield, with the gases halfway
     * between 95 % and 99 % abatement.
     *
     * @param node such as {@code 7nm}
     * @param fabGramsPerKwh carbon intensity of the fab's electricity
     * @return grams per cm2
     * @throws IllegalArgumentException if ACT has no such node
     */
    static double dieGramsPerCm2(String node, double fabGramsPerKwh) {
        Node factors = NODES.get(node);
        if (factors == null) {
            throw new IllegalArgumentException(node + " is not a node of ACT's: must be one of " + NODES.keySet());
        }
        double gases = (factors.gas95GramsPerCm2 + factors.gas99GramsPerCm2) / 2;
        return (fabGramsPerKwh * factors.kwhPerCm2 + gases + MATERIALS_GRAMS_PER_CM2) / YIELD;
    }

    /** A die by area and node, made in ACT's usual fab. */
    static double dieKilograms(double areaMm2, String node) {
        return areaMm2 / 100 * dieGramsPerCm2(node, FAB_GRAMS_PER_KWH) / 1e3;
    }

    /** Power delivery and cooling by design power. */
    static double powerAndCoolingKilograms(double watts) {
        return (POWER_DELIVERY_KG_PER_WATT + COOLING_KG_PER_WATT) * watts;
    }
}
