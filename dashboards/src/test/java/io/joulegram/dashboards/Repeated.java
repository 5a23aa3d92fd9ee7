package io.joulegram.dashboards;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Does the same again and again, on a thread of its own, until it is closed or that fails. */
final class Repeated implements AutoCloseable {
    private final Thread thread;

    private Repeated(Thread thread) {
        this.thread = thread;
    }

    /** What is done. */
    @FunctionalInterface
    interface Task {
        void run() throws IOException, InterruptedException;
    }

    static Repeated start(String name, long pauseMillis, Task task) {
        Thread thread = new Thread(
                () -> {
                    try {
                        while (true) {
                            task.run();
                            Thread.sleep(pauseMillis);
                        }
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                },
                name);
        thread.setDaemon(true);
        thread.start();
        return new Repeated(thread);
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
