package io.joulegram.agent;

import java.io.PrintWriter;

/** What {@code doctor} has found, a line each. Used by one thread. */
final class Findings {
    private final PrintWriter out;

    Findings(PrintWriter out) {
        this.out = out;
    }

    void section(String title) {
        out.println(title);
    }

    void found(String what, String value) {
        out.println("  ok       " + what + ": " + value);
    }

    /** @param fix what mends it; empty if nothing does */
    void missing(String what, String why, String fix) {
        out.println("  missing  " + what + ": " + why);
        if (!fix.isEmpty()) {
            out.println("           fix: " + fix);
        }
    }
}
