package io.joulegram.agent.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the kubelet and the API for what changes, every half minute, on a thread of its own, because either may be slow.
 * What is not told now is not known: what was told before is not kept.
 */
public final class KubernetesWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KubernetesWatch.class);
    private static final long PERIOD_SECONDS = 30;

    /** Asks one of the two. */
    private interface Question<T> {
        T ask() throws IOException;
    }

    private final Optional<Path> socket;
    private final Optional<KubernetesApi> api;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Map<String, String> complaints = new HashMap<>();
    private final Thread thread = new Thread(this::run, "kubernetes");
    private volatile KubernetesFacts facts = KubernetesFacts.NONE;

    /**
     * @param socket where the kubelet listens; where there is none, it is not asked
     * @param api the API of the cluster; empty if it is not to be asked
     */
    public KubernetesWatch(Optional<Path> socket, Optional<KubernetesApi> api) {
        this.socket = socket;
        this.api = api;
        thread.setDaemon(true);
    }

    /** Begins to ask. */
    public void start() {
        if (socket.isPresent() || api.isPresent()) {
            thread.start();
        }
    }

    /** What is known now; any thread. */
    public KubernetesFacts facts() {
        return facts;
    }

    private void run() {
        try {
            do {
                ask();
            } while (!closing.await(PERIOD_SECONDS, TimeUnit.SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks once. */
    void ask() {
        List<HeldDevice> held = socket.filter(Files::exists)
                .map(file -> told("devices of pods", new KubeletSocket(file)::heldDevices, List.<HeldDevice>of()))
                .orElse(List.of());
        KubernetesFacts.Pods pods = api.map(known -> told("names of pods", known::pods, KubernetesFacts.Pods.NONE))
                .orElse(KubernetesFacts.Pods.NONE);
        facts = new KubernetesFacts(held, pods);
    }

    private <T> T told(String what, Question<T> question, T otherwise) {
        try {
            T answer = question.ask();
            complaints.remove(what);
            return answer;
        } catch (IOException | RuntimeException e) {
            String reason = String.valueOf(e.getMessage());
            if (!reason.equals(complaints.put(what, reason))) {
                LOG.warn("{} are not known: {}", what, reason);
            }
            return otherwise;
        }
    }

    @Override
    public void close() {
        closing.countDown();
        thread.interrupt();
    }
}
