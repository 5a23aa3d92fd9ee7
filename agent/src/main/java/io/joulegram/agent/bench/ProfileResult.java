package io.joulegram.agent.bench;

import io.joulegram.agent.export.Snapshot.Boundary;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** What a command took. Immutable. */
public final class ProfileResult {
    /**
     * Why it could not be started.
     *
     * @param why in words
     * @param status what a shell's exit status would be: 127 not found, 126 not executable
     */
    record Refusal(String why, int status) {}

    private final List<String> command;
    private final List<ProfiledRun> runs;
    private final Optional<EnergyWindow> rest;
    private final Optional<Refusal> refusal;

    ProfileResult(
            List<String> command, List<ProfiledRun> runs, Optional<EnergyWindow> rest, Optional<Refusal> refusal) {
        this.command = command;
        this.runs = List.copyOf(runs);
        this.rest = rest;
        this.refusal = refusal;
    }

    List<String> command() {
        return command;
    }

    List<ProfiledRun> runs() {
        return runs;
    }

    /** Why the command could not be started; empty if it was. */
    public Optional<String> refused() {
        return refusal.map(Refusal::why);
    }

    /** The exit status of the last run, as a shell tells it. */
    public int status() {
        return refusal.map(Refusal::status)
                .orElseGet(() -> runs.isEmpty() ? 0 : runs.get(runs.size() - 1).status());
    }

    /** Power of the parts within a boundary before the command; empty if it was not measured. */
    OptionalDouble restWatts(Boundary boundary) {
        return rest.map(window -> Totals.per(window.knownJoules(boundary), window.seconds()))
                .orElseGet(OptionalDouble::empty);
    }

    /**
     * Energy above rest. A meter's gain is the same in both, so the relative uncertainty of the difference is that of the
     * meters; what the edges of the run add comes with the energy of the run.
     */
    Optional<Estimate> aboveRest(ProfiledRun run, Boundary boundary) {
        OptionalDouble joules = run.joules(boundary);
        OptionalDouble watts = restWatts(boundary);
        OptionalDouble half = run.halfJoules(boundary);
        if (joules.isEmpty() || watts.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Estimate(joules.getAsDouble() - watts.getAsDouble() * run.seconds(), half, OptionalDouble.empty()));
    }
}
