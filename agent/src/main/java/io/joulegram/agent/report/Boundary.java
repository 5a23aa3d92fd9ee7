package io.joulegram.agent.report;

import java.util.List;

/** What a report is of, in words that go with every form of it. */
final class Boundary {
    static final List<String> STATEMENTS = List.of(
            "Operational grams are facility energy (what the meters of the host tell, times PUE) times the carbon"
                    + " intensity of the grid that held when it was used, summed bucket by bucket. For the owner of the"
                    + " machine they are scope 2 of the GHG Protocol; location-based unless said otherwise. Marginal"
                    + " grams are no part of an inventory.",
            "Embodied grams are those of the making of the devices, spread over their lifetimes; a view by"
                    + " product. An inventory by the GHG Protocol books them whole (scope 3, category 2) in the year of"
                    + " purchase. Low and high are the spread of published footprints.",
            "Grams per token are the SCI of ISO/IEC 21031, (E x I + M) / R, with one output token as R, idle included.",
            "The uncertainty of energy is that of the sensors' gain, added up for each device over time and as"
                    + " independent between devices. What was not observed is not in it.");

    private Boundary() {}
}
