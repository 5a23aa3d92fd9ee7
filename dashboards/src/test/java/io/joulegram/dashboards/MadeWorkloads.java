package io.joulegram.dashboards;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Control groups of a node of Kubernetes and Slurm as the kernel would have them, whose counters of processor time go on
 * until it is closed: two pods, a batch job and a service, each with a steady part of a processor.
 */
final class MadeWorkloads implements AutoCloseable {
    private static final long STEP_MILLIS = 100;
    private static final String POD = "kubepods.slice/kubepods-pod%s.slice/cri-containerd-%s.scope";
    private static final String CHAT = "c4a7".repeat(16);
    private static final String EMBEDDINGS = "e3b1".repeat(16);

    private final Path sysfs;
    private final Path containerLogs;
    private final Map<String, Double> processors = new LinkedHashMap<>();
    private final long beginNanos = System.nanoTime();
    private final Repeated steps;

    private MadeWorkloads(Path directory) throws IOException {
        sysfs = directory.resolve("sys");
        containerLogs = directory.resolve("containers");
        processors.put(pod("0a1b2c3d_1111_2222_3333_444455556666", CHAT), 0.4);
        processors.put(pod("0a1b2c3d_7777_8888_9999_aaaabbbbcccc", EMBEDDINGS), 0.15);
        processors.put("system.slice/slurmstepd.scope/job_4711", 0.25);
        processors.put("system.slice/postgresql.service", 0.05);
        for (String group : processors.keySet()) {
            Files.createDirectories(groups().resolve(group));
        }
        Files.writeString(groups().resolve("cgroup.controllers"), "cpu memory\n");
        Files.createDirectories(containerLogs);
        Files.createFile(containerLogs.resolve("chat-0_serving_vllm-" + CHAT + ".log"));
        Files.createFile(containerLogs.resolve("embeddings-0_search_server-" + EMBEDDINGS + ".log"));
        step();
        steps = Repeated.start("made-workloads", STEP_MILLIS, this::step);
    }

    private static String pod(String uid, String container) {
        return POD.formatted(uid, container);
    }

    /** Makes them in a directory. */
    static MadeWorkloads start(Path directory) throws IOException {
        return new MadeWorkloads(directory);
    }

    /** What the agent takes for {@code /sys}. */
    Path sysfs() {
        return sysfs;
    }

    /** What it takes for {@code /var/log/containers}. */
    Path containerLogs() {
        return containerLogs;
    }

    private Path groups() {
        return sysfs.resolve("fs/cgroup");
    }

    private void step() throws IOException {
        double micros = (System.nanoTime() - beginNanos) / 1e3;
        for (Map.Entry<String, Double> one : processors.entrySet()) {
            Path group = groups().resolve(one.getKey());
            // In one go, as a kernel's file is never half written.
            Path next = Files.writeString(
                    group.resolve("cpu.next"), "usage_usec " + Math.round(micros * one.getValue()) + "\n");
            Files.move(next, group.resolve("cpu.stat"), StandardCopyOption.ATOMIC_MOVE);
        }
    }

    @Override
    public void close() {
        steps.close();
    }
}
