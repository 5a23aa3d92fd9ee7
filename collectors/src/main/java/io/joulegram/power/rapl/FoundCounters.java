package io.joulegram.power.rapl;

import io.joulegram.posix.Errno;
import io.joulegram.rapl.EnergyCounter;
import io.joulegram.rapl.RaplDomain;
import io.joulegram.rapl.RaplException;
import io.joulegram.rapl.RaplException.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What one way gives while it is being opened: counters that work, and why others do not. */
final class FoundCounters {
    /** Opens one counter. */
    interface Opener {
        EnergyCounter open() throws RaplException;
    }

    /** Why something was left out. */
    record Problem(Reason reason, String text) {}

    private final List<FoundCounter> counters = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    /** Opens a counter and reads it once; notes the problem if either fails. */
    Optional<EnergyCounter> open(String what, Opener opener) {
        try {
            EnergyCounter counter = opener.open();
            int errno = counter.read();
            if (errno == 0) {
                return Optional.of(counter);
            }
            counter.close();
            Reason reason = errno == Errno.EACCES || errno == Errno.EPERM ? Reason.DENIED : Reason.FAILED;
            problems.add(new Problem(reason, "read " + what + ": " + Errno.nameOf(errno)));
        } catch (RaplException e) {
            note(e);
        }
        return Optional.empty();
    }

    /** Keeps a counter, unless there is one of the same part already. */
    void add(FoundCounter counter) {
        boolean second = counters.stream()
                .anyMatch(other ->
                        other.sharesPackageWith(counter) && other.dieId().equals(counter.dieId()));
        if (second) {
            counter.counter().close();
            problems.add(new Problem(
                    Reason.MALFORMED,
                    "a second counter for " + counter.domain() + " of package " + counter.packageId()));
        } else {
            counters.add(counter);
        }
    }

    void note(RaplException problem) {
        problems.add(new Problem(problem.reason(), String.valueOf(problem.getMessage())));
    }

    List<FoundCounter> counters() {
        return counters;
    }

    List<Problem> problems() {
        return problems;
    }

    /** Whether there is a counter of a package, without which the rest is of no use. */
    boolean isUsable() {
        return counters.stream().anyMatch(counter -> counter.domain() == RaplDomain.PACKAGE);
    }

    void closeAll() {
        counters.forEach(counter -> counter.counter().close());
    }
}
