package io.joulegram.agent.bench;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/** A server that was started for its points, and is stopped after them, with all that it has started. */
final class ServerProcess implements AutoCloseable {
    private static final long SECONDS_TO_STOP = 30;
    private static final long MILLIS_BETWEEN = 500;

    private final ServerChoice choice;
    private final Process process;
    private final Path log;

    private ServerProcess(ServerChoice choice, Process process, Path log) {
        this.choice = choice;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts it.
     *
     * @param command a line for the shell
     * @param logs the folder that takes what it prints
     * @throws BenchException if there is no shell, or the log cannot be written
     */
    static ServerProcess start(ServerChoice choice, String command, Path logs) throws BenchException {
        Path log = logs.resolve("server-" + choice.name().replaceAll("[^A-Za-z0-9._-]", "_") + ".log");
        try {
            ProcessBuilder builder = new ProcessBuilder("sh", "-c", command)
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile());
            return new ServerProcess(choice, builder.start(), log);
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
    }

    @Override
    public void close() {
        // Its children first: a shell that is told to end does not tell them.
        List<ProcessHandle> all = Stream.concat(process.descendants(), Stream.of(process.toHandle()))
                .toList();
        all.forEach(ProcessHandle::destroy);
        boolean interrupted = false;
        for (ProcessHandle handle : all) {
            try {
                handle.onExit().get(SECONDS_TO_STOP, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
                handle.destroyForcibly();
            } catch (ExecutionException | TimeoutException e) {
                handle.destroyForcibly();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
