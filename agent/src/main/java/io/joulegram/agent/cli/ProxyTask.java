package io.joulegram.agent.cli;

import io.joulegram.agent.proxy.Proxy;
import io.joulegram.agent.proxy.ProxyPlan;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/** Runs a proxy until the process is told to stop (SIGTERM, SIGINT). */
final class ProxyTask implements ProxyCommand.Task {
    private final PrintWriter out;
    private final PrintWriter err;

    /**
     * @param out takes where it listens
     * @param err takes why it cannot
     */
    ProxyTask(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public int run(ProxyPlan plan) {
        try (Proxy proxy = Proxy.start(plan)) {
            out.println("The proxy for " + plan.settings().target() + " listens on " + proxy.baseUri()
                    + "/, metrics are at " + proxy.webUri() + "/metrics. Stop with Ctrl-C.");
            out.flush();
            new CountDownLatch(1).await();
            return 0;
        } catch (IOException e) {
            err.println("joulegram: the proxy cannot start: " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }
}
