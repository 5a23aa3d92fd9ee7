package io.joulegram.agent.workloads;

/**
 * A part of something, in the weights of a list of such parts.
 *
 * @param claimant whose it is
 * @param method what that rests on
 * @param energyWeight how much of the energy, 0 or more, in any unit
 * @param makingWeight how much of the making of the device, 0 or more, in any unit
 */
record Claim(Claimant claimant, String method, double energyWeight, double makingWeight) {
    /** All of something. */
    static Claim whole(Claimant claimant, String method) {
        return new Claim(claimant, method, 1, 1);
    }
}
