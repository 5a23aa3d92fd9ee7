package io.joulegram.agent.benchmark;

import io.joulegram.agent.acceptance.AgentCommand;
import io.joulegram.posix.KernelSleep;
import io.joulegram.power.rapl.LiveSysfs;
import io.joulegram.power.rapl.SquareWave;
import io.joulegram.power.rapl.SysfsTree;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * RAPL at 1 kHz: the packaged jar with the options of its launcher on a made tree of two sockets, after its first minute
 * and a half, when its code is compiled. Prints the share of ticks that were missed, the processor time, and the error of
 * the energy against the truth; asserts none. What a thread takes that only wakes as often is measured before each round:
 * it is most of the figure, and differs by machine and hour. It is not among the tests; {@code docs/performance.md} has the command that runs it.
 */
class RaplRateBenchmark {
    private static final Pattern LISTENS = Pattern.compile("listens on (http://\\S+/)");
    private static final int ROUNDS = Integer.getInteger("benchmark.rounds", 5);
    private static final int SECONDS = Integer.getInteger("benchmark.seconds", 20);
    private static final long WARM_UP_MILLIS = 90_000;
    private static final long WAKES = 5_000;
    private static final long TICK_NANOS = 1_000_000;
    private static final double WATTS = 120;

    private final HttpClient client = HttpClient.newHttpClient();

    @TempDir
    Path directory;

    @Test
    void measuresTheSamplerOfRapl() throws Exception {
        Path memory = inMemory();
        SysfsTree tree = SysfsTree.twoSockets(memory);
        Path config = Files.writeString(directory.resolve("joulegram.yaml"), """
                sampling.rapl-interval: 1ms
                rapl.access: powercap
                nvml.enabled: false
                """);
        List<LiveSysfs.Drive> drives = Stream.of("intel-rapl:0", "intel-rapl:0:1", "intel-rapl:1", "intel-rapl:1:1")
                .map(tree::zone)
                .map(zone ->
                        new LiveSysfs.Drive(zone, SquareWave.constant(WATTS), 0, SysfsTree.PACKAGE_RANGE_MICROJOULES))
                .toList();
        LiveSysfs sysfs = LiveSysfs.start(drives);
        Process process = new ProcessBuilder(AgentCommand.run()
                        .host(tree)
                        .noServer()
                        .with("--config", config.toString())
                        .line())
                .redirectErrorStream(true)
                .start();
        try {
            report(process, URI.create(address(process)).resolve("/metrics"));
        } finally {
            process.destroy();
            process.waitFor();
            sysfs.close();
            deleteAll(memory);
        }
    }

    /** The kernel keeps its own files in memory; a disk would have the time of every read written to it. */
    private Path inMemory() throws IOException {
        Path shared = Path.of("/dev/shm");
        return Files.createTempDirectory(Files.isWritable(shared) ? shared : directory, "joulegram");
    }

    private static void deleteAll(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void report(Process process, URI metrics) throws Exception {
        Thread.sleep(WARM_UP_MILLIS);
        for (int round = 1; round <= ROUNDS; round++) {
            double waking = shareOfWaking();
            String before = get(metrics);
            double cpuBefore = cpuSeconds(process);
            long beginNanos = System.nanoTime();
            Thread.sleep(1_000L * SECONDS);
            double cpu = cpuSeconds(process) - cpuBefore;
            String after = get(metrics);
            double seconds = (System.nanoTime() - beginNanos) / 1e9;
            double missed =
                    rise("joulegram_sampling_missed_ticks_total\\{source=\"rapl_powercap\"[^}]*\\}", before, after);
            double ticks = rise("joulegram_sampling_ticks_total\\{source=\"rapl_powercap\"[^}]*\\}", before, after);
            double joules = rise("joulegram_energy_joules_total\\{domain=\"cpu\",device=\"0\"[^}]*\\}", before, after);
            System.out.printf(
                    Locale.ROOT,
                    "round %d: %.0f ticks in %.1f s, %.2f %% missed; %.2f %% of a core, waking alone %.2f %%; package 0 drew %.2f"
                            + " W of %.0f W; load of the machine %s%n",
                    round,
                    ticks,
                    seconds,
                    100 * missed / (ticks + missed),
                    100 * cpu / seconds,
                    100 * waking,
                    joules / seconds,
                    WATTS,
                    Files.readString(Path.of("/proc/loadavg")).split(" ", 2)[0]);
        }
    }

    private static String address(Process process) throws IOException {
        BufferedReader log =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        List<String> lines = new ArrayList<>();
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            lines.add(line);
            Matcher matcher = LISTENS.matcher(line);
            if (matcher.find()) {
                Thread drain = new Thread(() -> log.lines().forEach(rest -> {}));
                drain.setDaemon(true);
                drain.start();
                return matcher.group(1);
            }
        }
        throw new IllegalStateException("the daemon ended before it listened: " + lines);
    }

    private String get(URI metrics) throws IOException, InterruptedException {
        return client.send(HttpRequest.newBuilder(metrics).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private static double rise(String series, String before, String after) {
        return value(series, after) - value(series, before);
    }

    private static double value(String series, String exposition) {
        Matcher matcher = Pattern.compile("(?m)^" + series + " (\\S+)$").matcher(exposition);
        if (!matcher.find()) {
            throw new IllegalStateException("no series " + series + " in\n" + exposition);
        }
        return Double.parseDouble(matcher.group(1));
    }

    /** What part of a core this thread takes when it does nothing but wake every millisecond. */
    private static double shareOfWaking() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        KernelSleep sleep = new KernelSleep();
        long cpuBefore = threads.getCurrentThreadCpuTime();
        long begin = System.nanoTime();
        for (int i = 1; i <= WAKES; i++) {
            sleep.until(begin + i * TICK_NANOS);
        }
        return (double) (threads.getCurrentThreadCpuTime() - cpuBefore) / (System.nanoTime() - begin);
    }

    private static double cpuSeconds(Process process) {
        return process.toHandle().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }
}
