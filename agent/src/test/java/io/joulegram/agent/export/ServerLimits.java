package io.joulegram.agent.export;

/** For tests that start a server of the JDK of their own: the first in a virtual machine settles the limits of all. */
public final class ServerLimits {
    private ServerLimits() {}

    /** Sets those of the agent. */
    public static void apply() {
        HttpLimits.apply();
    }
}
