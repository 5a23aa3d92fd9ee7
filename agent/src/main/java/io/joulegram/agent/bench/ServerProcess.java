package io.joulegram.agent.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A server that was started for its points, and is stopped after them, with all that it has started. */
final class ServerProcess implements AutoCloseable {
    /** How long a server has to end by itself, with all that it has started, before it is killed. */
    static final Duration TO_STOP = Duration.ofSeconds(15);

    private static final Duration TO_VANISH = Duration.ofSeconds(2);
    private static final long MILLIS_BETWEEN = 500;

    private final ServerChoice choice;
    private final Process process;
    private final Path log;
    private final Duration toStop;
    private final Set<ProcessHandle> seen = new LinkedHashSet<>();

    private ServerProcess(ServerChoice choice, Process process, Path log, Duration toStop) {
        this.choice = choice;
        this.process = process;
        this.log = log;
        this.toStop = toStop;
    }

    /**
     * Starts it.
     *
     * @param command a line for the shell
     * @param logs the folder that takes what it prints
     * @param toStop how long it has to end when it is told to, before it is killed
     * @throws BenchException if there is no shell, or the log cannot be written
     */
    static ServerProcess start(ServerChoice choice, String command, Path logs, Duration toStop) throws BenchException {
        Path log = logs.resolve("server-" + choice.name().replaceAll("[^A-Za-z0-9._-]", "_") + ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            return new ServerProcess(choice, builder.start(), log, toStop);
        } catch (IOException e) {
            throw new BenchException("server " + choice.name() + " cannot be started: " + e.getMessage(), e);
        }
    }

    /**
     * Waits until it answers.
     *
     * @throws BenchException if it ends before, or takes too long
     * @throws InterruptedException if the thread is interrupted
     */
    void awaitReady(TargetModels models, Duration within) throws BenchException, InterruptedException {
        long end = System.nanoTime() + within.toNanos();
        while (!models.answers()) {
            look();
            if (!process.isAlive()) {
                throw new BenchException("server " + choice.name() + " ended with status " + process.exitValue()
                        + " before it answered; see " + log);
            }
            if (System.nanoTime() - end > 0) {
                throw new BenchException(
                        "server " + choice.name() + " did not answer within " + within.toSeconds() + " s; see " + log);
            }
            Thread.sleep(MILLIS_BETWEEN);
        }
        look();
    }

    /** A shell that a terminal's Ctrl-C has ended leaves its children to others: they are known only from before. */
    private void look() {
        seen.addAll(process.descendants().toList());
    }

    @Override
    public void close() {
        look();
        // What they have started since, where the shell that started them is gone.
        Set.copyOf(seen).stream()
                .filter(ProcessHandle::isAlive)
                .flatMap(ProcessHandle::descendants)
                .forEach(seen::add);
        // Its children first: a shell that is told to end does not tell them.
        seen.add(process.toHandle());
        seen.forEach(ProcessHandle::destroy);
        boolean interrupted = !areGoneWithin(toStop);
        look();
        seen.forEach(ProcessHandle::destroyForcibly);
        interrupted |= !areGoneWithin(TO_VANISH);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for the end of all of them together; false if it was interrupted, and did not wait. */
    private boolean areGoneWithin(Duration time) {
        CompletableFuture<?> all =
                CompletableFuture.allOf(seen.stream().map(ProcessHandle::onExit).toArray(CompletableFuture[]::new));
        try {
            all.get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            return false;
        } catch (ExecutionException | TimeoutException e) {
            // Those that are left are killed.
        }
        return true;
    }
}
