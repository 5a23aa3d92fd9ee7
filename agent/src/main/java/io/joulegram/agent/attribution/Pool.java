package io.joulegram.agent.attribution;

import io.joulegram.power.Component;

/**
 * A place that energy of the facility flows into: a server's open interval, or what belongs to nobody. Adds what the
 * facility spends beside the servers, (PUE - 1) times the energy, rounded so that no microjoule is lost over time.
 */
final class Pool {
    private final Amounts amounts = new Amounts();
    private final double overheadRatio;
    private double overheadRemainder;

    /** @param pue power usage effectiveness, 1 or more */
    Pool(double pue) {
        overheadRatio = pue - 1;
    }

    /**
     * Takes energy of a component in, with its overhead.
     *
     * @param rate what goes with it
     * @return the overhead, in microjoules
     */
    long addEnergy(Component component, long microjoules, PerMicrojoule rate) {
        amounts.addEnergy(component, microjoules, rate);
        double exact = microjoules * overheadRatio + overheadRemainder;
        long overhead = (long) Math.floor(exact);
        overheadRemainder = exact - overhead;
        amounts.addEnergy(Component.OVERHEAD, overhead, rate);
        return overhead;
    }

    void addEmbodied(Component component, double grams) {
        amounts.addEmbodied(component, grams);
    }

    /** Moves all that is in here to another place. */
    void drainTo(Amounts target) {
        target.add(amounts);
        amounts.clear();
    }

    Amounts amounts() {
        return amounts;
    }
}
