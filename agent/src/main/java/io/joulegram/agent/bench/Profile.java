package io.joulegram.agent.bench;

import io.joulegram.agent.top.AgentAddress;
import io.joulegram.agent.top.AgentReader;
import io.joulegram.agent.top.AgentView;
import io.joulegram.posix.Signal;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Runs a command, once or several times, beside an agent that measures the host. */
public final class Profile {
    /** As often as sensors are read as a rule. */
    private static final long INTERVAL_MILLIS = 100;

    private static final long SETTLING_MILLIS = 1_000;
    private static final Path STAT = Path.of("/proc/self/stat");
    private static final long FIRST_ANSWER_NANOS = 10_000_000_000L;

    private final AgentReader reader;
    private final AgentAddress agent;
    private final List<String> command;
    private final int repeats;
    private final Duration baseline;
    private final PowerTraceFile trace;
    private final Child child;
    private final Thread runner = Thread.currentThread();

    /**
     * To be run by the thread that makes it.
     *
     * @param reader asks the agent
     * @param agent where it is
     * @param command the program and its arguments
     * @param repeats how often it runs
     * @param baseline how long the host is measured at rest before; zero not to
     * @param trace takes the power of each part over time
     */
    public Profile(
            AgentReader reader,
            AgentAddress agent,
            List<String> command,
            int repeats,
            Duration baseline,
            PowerTraceFile trace) {
        this.reader = reader;
        this.agent = agent;
        this.command = List.copyOf(command);
        this.repeats = repeats;
        this.baseline = baseline;
        this.trace = trace;
        child = new Child(this.command);
    }

    /**
     * Runs it.
     *
     * @throws BenchException if the agent does not answer
     * @throws InterruptedException if the thread is interrupted
     */
    public ProfileResult run() throws BenchException, InterruptedException {
        try (AgentPoll poll = new AgentPoll(reader, agent, Served.everything(), INTERVAL_MILLIS)) {
            awaitMeters(poll);
            Optional<EnergyWindow> rest = rest(poll);
            List<ProfiledRun> runs = new ArrayList<>();
            runAll(poll, runs);
            return new ProfileResult(command, runs, rest, Optional.empty());
        } catch (Child.ChildException e) {
            return new ProfileResult(
                    command,
                    List.of(),
                    Optional.empty(),
                    Optional.of(new ProfileResult.Refusal(String.valueOf(e.getMessage()), e.status())));
        }
    }

    private void runAll(AgentPoll poll, List<ProfiledRun> runs) throws Child.ChildException, InterruptedException {
        try {
            for (int run = 0; run < repeats; run++) {
                ProfiledRun done = run(poll);
                runs.add(done);
                if (done.status() != 0 || child.isStopped()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            // A signal between two runs ends no more than what has not begun.
            if (runs.isEmpty()) {
                throw e;
            }
        }
    }

    /**
     * A signal came to this process: the command gets it, too, unless the terminal has sent it to both, and is not run again. If
     * the command was not started yet, the thread that runs this is interrupted.
     */
    public void signal(Signal signal) {
        boolean sentByTerminal = signal == Signal.INT && TerminalJob.isForeground(STAT);
        if (!child.signal(signal, !sentByTerminal)) {
            runner.interrupt();
        }
    }

    private void awaitMeters(AgentPoll poll) throws BenchException, InterruptedException {
        AgentTimeline timeline = poll.timeline();
        long begin = System.nanoTime();
        // The first books have no energy of some parts yet, from which nothing could be told of a run that begins with
        // them.
        while (timeline.samples(begin, System.nanoTime()).stream().noneMatch(Profile::hasBooks)) {
            Optional<AgentView> silent = poll.problem();
            if (System.nanoTime() - begin > FIRST_ANSWER_NANOS
                    || silent.filter(AgentView::lasting).isPresent()) {
                throw new BenchException("the agent at " + agent.uri()
                        + silent.map(view -> " gives no figures: " + view.problem())
                                .orElse(" tells of no energy: see joulegram doctor"));
            }
            Thread.sleep(INTERVAL_MILLIS);
        }
        // Of several devices of a part some may come a moment later.
        Thread.sleep(SETTLING_MILLIS);
    }

    private static boolean hasBooks(AgentSample sample) {
        return !sample.watts().isEmpty()
                && sample.microjoules().keySet().containsAll(sample.watts().keySet());
    }

    private Optional<EnergyWindow> rest(AgentPoll poll) throws InterruptedException {
        if (baseline.isZero()) {
            return Optional.empty();
        }
        long begin = System.nanoTime();
        poll.timeline().record(begin, sample -> {});
        Thread.sleep(baseline.toMillis());
        long end = System.nanoTime();
        poll.awaitAfter(end);
        return poll.timeline().recorded(end);
    }

    private ProfiledRun run(AgentPoll poll) throws Child.ChildException, InterruptedException {
        long begin = System.nanoTime();
        RunPower power = new RunPower(begin);
        poll.timeline().record(begin, power.andThen(trace.nextRun(begin)));
        int status = child.run();
        long end = System.nanoTime();
        poll.awaitAfter(end);
        Optional<EnergyWindow> energy = poll.timeline().recorded(end);
        double seconds = (end - begin) / 1e9;
        return new ProfiledRun(seconds, status, energy, power.peakWatts(), power.stages(seconds));
    }
}
