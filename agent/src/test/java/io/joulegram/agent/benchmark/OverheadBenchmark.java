package io.joulegram.agent.benchmark;

import io.joulegram.agent.acceptance.AgentCommand;
import io.joulegram.nvml.NvmlStandIn;
import io.joulegram.nvml.SquareWave;
import io.joulegram.nvml.StandInDriver;
import io.joulegram.power.rapl.LiveSysfs;
import io.joulegram.power.rapl.SysfsTree;
import io.joulegram.tokens.Dialect;
import io.joulegram.tokens.FakeInferenceServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the daemon costs: the packaged jar with the options and the class archive of its launcher, with 8 GPUs, 2 sockets
 * and one server at 10 Hz, in the minute after its first. Prints figures and asserts none. It is not among the tests;
 * {@code docs/performance.md} has the command that runs it.
 */
class OverheadBenchmark {
    private static final Pattern LISTENS = Pattern.compile("listens on (http://\\S+/)");
    private static final int GPUS = 8;
    private static final int SECONDS = Integer.getInteger("benchmark.seconds", 60);
    /** How often Prometheus is told to scrape in most of its examples. */
    private static final int SCRAPE_EVERY_SECONDS = 15;

    private static final int LATENCY_SCRAPES = 60;

    @TempDir
    Path directory;

    @Test
    void measuresTheDaemon() throws Exception {
        NvmlStandIn gpus = NvmlStandIn.create(directory.resolve("nvml"), StandInDriver.R580, GPUS);
        for (int i = 0; i < GPUS; i++) {
            gpus.gpu(i).waveform(SquareWave.square(75, 620, Duration.ofMillis(1700), 0.37));
        }
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        LiveSysfs sysfs = LiveSysfs.start(drives(tree));
        try (FakeInferenceServer server = FakeInferenceServer.start(Dialect.VLLM)) {
            server.engine("llama", 0).steady(1000, 100, 400);
            server.engine("llama", 1).steady(1000, 100, 400);
            Path archive = directory.resolve("classes.jsa");
            run(command(gpus, tree, server, "-XX:ArchiveClassesAtExit=" + archive), (process, base, firstMillis) -> {
                Thread.sleep(3_000);
            });
            run(command(gpus, tree, server, "-XX:SharedArchiveFile=" + archive), OverheadBenchmark::report);
        } finally {
            sysfs.close();
        }
    }

    private static List<LiveSysfs.Drive> drives(SysfsTree tree) {
        return Stream.of("intel-rapl:0", "intel-rapl:0:1", "intel-rapl:1", "intel-rapl:1:1")
                .map(tree::zone)
                .map(zone -> new LiveSysfs.Drive(
                        zone, io.joulegram.power.rapl.SquareWave.constant(120), 0, SysfsTree.PACKAGE_RANGE_MICROJOULES))
                .toList();
    }

    private interface Measurement {
        void of(Process process, String base, double firstScrapeMillis) throws Exception;
    }

    private static void run(List<String> command, Measurement measurement) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        long startNanos = System.nanoTime();
        Process process = builder.start();
        try {
            String base = address(process);
            measurement.of(process, base, firstScrapeMillis(base, startNanos));
        } finally {
            process.destroy();
            process.waitFor();
        }
    }

    private List<String> command(NvmlStandIn gpus, SysfsTree tree, FakeInferenceServer server, String archiveOption) {
        Stream<String> flags = Pattern.compile(" +").splitAsStream(System.getProperty("benchmark.jvm.flags", ""));
        return AgentCommand.run()
                .jvm(Stream.concat(flags.filter(flag -> !flag.isEmpty()), Stream.of(archiveOption, "-Xlog:disable"))
                        .toList())
                .gpus(gpus)
                .sysfs(tree.sysfsRoot())
                .server(server)
                .with("--grid.zone", "DE")
                .with("--ledger.path", directory.resolve("ledger.db").toString())
                .line();
    }

    private static String address(Process process) throws IOException {
        BufferedReader log =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
        for (String line = log.readLine(); line != null; line = log.readLine()) {
            Matcher matcher = LISTENS.matcher(line);
            if (matcher.find()) {
                Thread drain = new Thread(() -> log.lines().forEach(rest -> {}));
                drain.setDaemon(true);
                drain.start();
                return matcher.group(1);
            }
        }
        throw new IllegalStateException("the daemon ended before it listened");
    }

    private static double firstScrapeMillis(String base, long startNanos) throws Exception {
        while (true) {
            if (get(base).contains("joulegram_energy_joules_total{")) {
                return (System.nanoTime() - startNanos) / 1e6;
            }
            Thread.sleep(5);
        }
    }

    /** A scrape over a bare socket, so that what is timed is the daemon and not an HTTP client that is seldom used. */
    private static String get(String base) throws IOException {
        URI address = URI.create(base);
        try (Socket socket = new Socket(address.getHost(), address.getPort())) {
            String request =
                    "GET /metrics HTTP/1.1\r\nHost: " + address.getAuthority() + "\r\nConnection: close\r\n\r\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static void report(Process process, String base, double firstScrapeMillis) throws Exception {
        Thread.sleep(60_000);
        Map<String, Long> threadsBefore = threadTicks(process);
        double cpuBefore = cpuSeconds(process);
        for (int second = 0; second < SECONDS; second += SCRAPE_EVERY_SECONDS) {
            get(base);
            Thread.sleep(1_000L * Math.min(SCRAPE_EVERY_SECONDS, SECONDS - second));
        }
        double cpu = cpuSeconds(process) - cpuBefore;
        Map<String, Long> threads = threadTicks(process);
        double scrapeCpuBefore = cpuSeconds(process);
        List<Double> scrapes = new ArrayList<>();
        int bytes = 0;
        for (int scrape = 0; scrape < LATENCY_SCRAPES; scrape++) {
            long before = System.nanoTime();
            bytes = get(base).length();
            scrapes.add((System.nanoTime() - before) / 1e6);
            Thread.sleep(1_000);
        }
        double scrapeCpu = cpuSeconds(process) - scrapeCpuBefore;
        Collections.sort(scrapes);
        System.out.printf(
                Locale.ROOT,
                "first good scrape %.0f ms after the start; %.2f %% of a core over %d s with a scrape every %d s,"
                        + " %.2f %% with one each second; RSS %.1f MB; /metrics median %.2f ms, max %.2f ms, %d bytes%n",
                firstScrapeMillis,
                100 * cpu / SECONDS,
                SECONDS,
                SCRAPE_EVERY_SECONDS,
                100 * scrapeCpu / LATENCY_SCRAPES,
                rssMegabytes(process),
                scrapes.get(scrapes.size() / 2),
                scrapes.get(scrapes.size() - 1),
                bytes);
        threads.forEach((name, ticks) -> System.out.printf(
                Locale.ROOT, "  %-16s %5d ms%n", name, 10 * (ticks - threadsBefore.getOrDefault(name, 0L))));
    }

    /** Processor time by thread name in units of 10 ms, threads that differ in digits alone added up. */
    private static Map<String, Long> threadTicks(Process process) throws IOException {
        Map<String, Long> ticks = new TreeMap<>();
        try (Stream<Path> tasks = Files.list(Path.of("/proc", String.valueOf(process.pid()), "task"))) {
            for (Path task : tasks.toList()) {
                String name = Files.readString(task.resolve("comm")).strip().replaceAll("\\d+", "*");
                String stat = Files.readString(task.resolve("stat"));
                String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
                ticks.merge(name, Long.parseLong(fields[11]) + Long.parseLong(fields[12]), Long::sum);
            }
        }
        return ticks;
    }

    private static double cpuSeconds(Process process) {
        return process.toHandle().info().totalCpuDuration().orElseThrow().toNanos() / 1e9;
    }

    private static double rssMegabytes(Process process) throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToDouble(line -> Double.parseDouble(line.replaceAll("\\D", "")) / 1e3)
                .findFirst()
                .orElseThrow();
    }
}
