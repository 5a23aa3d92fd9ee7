package io.joulegram.agent.carbon;

import java.util.ArrayList;
import java.util.List;

/**
 * The making of what is in a server beside processors, memory, disks and GPUs, part by part, as HotCarbon'24 section 3.2
 * has it; where that prints no figure, those of the Dell R740's assessment and of Boavizta. Where only one figure is
 * known, half of it and twice as much are the bounds.
 */
final class ServerParts {
    /** HotCarbon'24 section 3.2.2: the board of a Dell R740, which has two sockets. */
    static final double MAINBOARD_CM2 = 1925;

    /** HotCarbon'24 section 3.2.4. */
    static final double NETWORK_CARD_CM2 = 102.3;

    /** HotCarbon'24 section 3.2.4. */
    static final double STORAGE_CONTROLLER_CM2 = 107.0;

    /** Dell R740 life-cycle assessment: the mainboard with what is on it. */
    private static final double MAINBOARD_KG = 175.8;

    /** Boavizta: a mainboard. */
    private static final double BOAVIZTA_MAINBOARD_KG = 66.1;

    /** HotCarbon'24 section 3.2.2: the board's share of the mainboard. */
    private static final double BOARD_SHARE = 0.62;

    /** Boavizta: a case for a rack. */
    private static final double CASE_KG = 150;

    /** Boavizta: 24.3 kg for each kilogram of a power supply of 2.99 kg; a server has two. */
    private static final double POWER_SUPPLIES_KG = 2 * 2.99 * 24.3;

    /** Boavizta: assembly of a server. */
    private static final double ASSEMBLY_KG = 6.68;

    /** Chipset and management controller. */
    private static final int MAINBOARD_CIRCUITS = 2;

    private ServerParts() {}

    /**
     * The parts.
     *
     * @param processorWatts design power of all processors, which power delivery and cooling are made for; those of a GPU
     *     are in its own footprint
     * @param networkCards how many
     * @param storageController whether a disk needs one, as SATA and SAS do
     */
    static List<FootprintPart> of(double processorWatts, int networkCards, boolean storageController) {
        double board = EmbodiedModel.BOARD_KG_PER_CM2 * MAINBOARD_CM2;
        List<FootprintPart> parts = new ArrayList<>();
        parts.add(part(
                "mainboard",
                Math.min(board, BOAVIZTA_MAINBOARD_KG),
                board,
                MAINBOARD_KG * BOARD_SHARE,
                "HotCarbon'24 section 3.2.2, 0.0481 kg/cm2 of 1,925 cm2"));
        parts.add(part(
                "mainboard_components",
                0,
                MAINBOARD_KG - board,
                MAINBOARD_KG - Math.min(board, BOAVIZTA_MAINBOARD_KG),
                "Dell R740 life-cycle assessment, 175.8 kg less the board"));
        parts.add(around(
                "network_cards",
                networkCards * EmbodiedModel.BOARD_KG_PER_CM2 * NETWORK_CARD_CM2,
                "HotCarbon'24 section 3.2.4, 102.3 cm2 each, " + networkCards));
        if (storageController) {
            parts.add(around(
                    "storage_controller",
                    EmbodiedModel.BOARD_KG_PER_CM2 * STORAGE_CONTROLLER_CM2,
                    "HotCarbon'24 section 3.2.4, 107.0 cm2"));
        }
        parts.add(around(
                "power_delivery",
                EmbodiedModel.POWER_DELIVERY_KG_PER_WATT * processorWatts,
                "HotCarbon'24 section 3.2.6, by the processors' design power"));
        parts.add(around(
                "cooling",
                EmbodiedModel.COOLING_KG_PER_WATT * processorWatts,
                "HotCarbon'24 section 3.2.7, by the processors' design power"));
        parts.add(around(
                "packaging",
                MAINBOARD_CIRCUITS * EmbodiedModel.PACKAGING_KG_PER_IC,
                "ACT, 0.15 kg each for chipset and management controller"));
        parts.add(around("case", CASE_KG, "Boavizta, case for a rack"));
        parts.add(around("power_supplies", POWER_SUPPLIES_KG, "Boavizta, two of 2.99 kg"));
        parts.add(around("assembly", ASSEMBLY_KG, "Boavizta"));
        return parts;
    }

    private static FootprintPart around(String name, double kilograms, String origin) {
        return part(name, kilograms / 2, kilograms, kilograms * 2, origin);
    }

    private static FootprintPart part(String name, double low, double middle, double high, String origin) {
        return new FootprintPart(name, Footprint.kilograms(low, middle, high, origin));
    }
}
