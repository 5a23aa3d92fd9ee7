package io.joulegram.agent.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Accelerators that engines of different servers share in turns, or that one has for itself: a step has all of them, and when it
 * ends the next engine that has something to do begins its own. So a driver does with processes that share a GPU by time.
 *
 * <p>Its engines are guarded by its monitor, and so is what is called here.
 */
final class Accelerators {
    private final LongSupplier nanoTime;
    private final List<SimulatedEngine> engines = new ArrayList<>();
    private @Nullable SimulatedEngine stepping;
    private int turn;

    /** @param nanoTime the clock; never goes back */
    Accelerators(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** One more engine has a share of them. */
    synchronized void add(SimulatedEngine engine) {
        engines.add(engine);
    }

    /** What the engines serve, on what; alike but for the memory that each has. */
    synchronized EngineSettings settings() {
        return engines.get(0).settings();
    }

    /** Runs up to now; returns what that is. */
    synchronized long catchUp() {
        long now = nanoTime.getAsLong();
        while (stepping != null && now - stepping.energy().stepEndNanos() >= 0) {
            long end = stepping.energy().stepEndNanos();
            stepping.endStep(end);
            stepping = null;
            begin(end);
        }
        return now;
    }

    /** Begins the next step, unless one is going on. */
    synchronized void begin(long atNanos) {
        for (int i = 0; stepping == null && i < engines.size(); i++) {
            SimulatedEngine engine = engines.get(turn);
            turn = (turn + 1) % engines.size();
            if (engine.beginStep(atNanos)) {
                stepping = engine;
            }
        }
    }

    /** When the step ends that is going on; empty if nothing runs. */
    synchronized OptionalLong stepEndNanos() {
        return stepping == null
                ? OptionalLong.empty()
                : OptionalLong.of(stepping.energy().stepEndNanos());
    }

    /**
     * Fills in the energy of all engines up to now, or up to the end of a step that is not followed by another yet. Moves
     * nothing.
     */
    synchronized void read(EnergyReading reading) {
        long now = nanoTime.getAsLong();
        SimulatedEngine current = stepping;
        long endNanos = current == null ? now : current.energy().stepEndNanos();
        reading.begin(now - endNanos > 0 ? endNanos : now);
        for (int i = 0; i < engines.size(); i++) {
            engines.get(i).energy().addTo(reading);
        }
    }

    /** What all of them draw. */
    synchronized double watts() {
        return engines.stream().mapToDouble(engine -> engine.energy().watts()).sum();
    }

    /** Memory that holds weights, keys and values, in bytes. */
    synchronized long usedBytes() {
        return engines.stream()
                .map(SimulatedEngine::settings)
                .mapToLong(EngineSettings::memoryBytes)
                .sum();
    }
}
