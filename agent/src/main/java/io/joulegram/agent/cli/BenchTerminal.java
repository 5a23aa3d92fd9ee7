package io.joulegram.agent.cli;

import io.joulegram.agent.bench.BenchDocument;
import io.joulegram.agent.bench.BenchListener;
import io.joulegram.agent.bench.BenchResult;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/** Shows how a benchmark goes, and keeps what it has so far. */
final class BenchTerminal implements BenchListener {
    private static final long BETWEEN_NANOS = 200_000_000L;
    private static final int BAR = 20;
    private static final String CLEAR = "\r\033[K";

    private final PrintWriter err;
    private final boolean interactive;
    private final int points;
    private final Path file;
    private int done;
    private long lastNanos = System.nanoTime() - BETWEEN_NANOS;
    private String lastWhat = "";
    private boolean told;

    /** @param interactive whether a line may be written over again and again */
    BenchTerminal(PrintWriter err, boolean interactive, int points, Path file) {
        this.err = err;
        this.interactive = interactive;
        this.points = points;
        this.file = file;
    }

    @Override
    public synchronized void step(String what) {
        err.println((interactive ? CLEAR : "") + what);
        err.flush();
    }

    @Override
    public synchronized void progress(String what, boolean steady, double ratio, int inFlight, long ended) {
        if (!interactive) {
            if (!what.equals(lastWhat)) {
                lastWhat = what;
                step(String.format(Locale.ROOT, "point %d of %d: %s", Math.min(done + 1, points), points, what));
            }
            return;
        }
        long now = System.nanoTime();
        if (now - lastNanos < BETWEEN_NANOS) {
            return;
        }
        lastNanos = now;
        int full = (int) Math.round(BAR * Math.min(1, ratio));
        String state = steady ? (ratio >= 1 ? "last requests end" : "measuring") : "warming up";
        err.print(CLEAR
                + String.format(
                        Locale.ROOT,
                        "%d/%d [%s%s] %s: %s, %d on their way, %d answered",
                        Math.min(done + 1, points),
                        points,
                        "#".repeat(full),
                        ".".repeat(BAR - full),
                        what,
                        state,
                        inFlight,
                        ended));
        err.flush();
    }

    @Override
    public synchronized void point(BenchResult soFar) {
        done = soFar.points().size();
        try {
            BenchDocument.write(soFar, file);
        } catch (IOException e) {
            if (!told) {
                told = true;
                step("joulegram: " + file + " cannot be written: " + e + "; the sweep goes on");
            }
        }
    }

    /** Nothing more comes. */
    synchronized void end() {
        if (interactive) {
            err.print(CLEAR);
        }
        err.flush();
    }
}
