package io.joulegram.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.joulegram.agent.calibrate.StressLevel;
import io.joulegram.agent.calibrate.StressedHost;
import io.joulegram.agent.config.AgentConfig;
import io.joulegram.agent.config.ConfigLoader;
import io.joulegram.power.Domain;
import io.joulegram.power.estimate.ModelConstants;
import io.joulegram.power.estimate.ModelConstants.Terms;
import io.joulegram.power.rapl.SysfsTree;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CalibrateCommandTest {
    private static final int THREADS = 64;
    private static final Terms PACKAGE = new Terms(45, 130, 10, 0.8);
    private static final Terms MEMORY_OF_A_PACKAGE = new Terms(6, 2, 14, 1);

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path directory;

    @Test
    void findsTheLawOfRaplAndWritesWhatRunTakes() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        MadeHost host = new MadeHost(tree);
        Path fragment = directory.resolve("model.yaml");

        assertThat(calibrate(host, "--path.sysfs", tree.sysfsRoot().toString(), "--output", fragment.toString()))
                .as(err.toString())
                .isZero();

        ModelConstants constants =
                new ConfigLoader(Map.of()).load(fragment, List.of()).estimate().constants();
        ModelConstants.Cpu cpu = constants.cpu().orElseThrow();
        assertThat(cpu.watts().idle()).isCloseTo(45, within(0.05));
        assertThat(cpu.watts().load()).isCloseTo(130, within(0.05));
        assertThat(cpu.watts().memory()).isCloseTo(10, within(0.05));
        assertThat(cpu.watts().exponent()).isEqualTo(0.8);
        assertThat(cpu.threads()).hasValue(THREADS / 2);
        Terms dram = constants.dram().orElseThrow().wattsPerGb();
        assertThat(dram.idle()).isCloseTo(2 * 6 / 512.0, within(1e-3));
        assertThat(dram.load()).isCloseTo(2 * 2 / 512.0, within(1e-3));
        assertThat(dram.memory()).isCloseTo(2 * 14 / 512.0, within(1e-3));
        assertThat(out.toString())
                .contains("All processors: P = idle + load u^0.8 + memory m; R2 1.0000")
                .contains("All memory: P = idle + load u^1.0 + memory m; R2 1.0000")
                .contains("32 computing and 32 streaming")
                .contains("joulegram run --config " + fragment + " uses these.");
        assertThat(err.toString()).contains("level 14 of 14: rest").doesNotContain("warning");
        assertThat(host.closed).isTrue();
    }

    @Test
    void fitsProcessorsAloneWhereMemoryHasNoCounter() throws Exception {
        SysfsTree tree = SysfsTree.amd(directory.resolve("host"));
        MadeHost host = new MadeHost(tree);

        assertThat(calibrate(
                        host,
                        "--path.sysfs",
                        tree.sysfsRoot().toString(),
                        "--path.procfs",
                        tree.procfsRoot().toString()))
                .isZero();

        assertThat(out.toString())
                .contains("All processors")
                .doesNotContain("All memory")
                .doesNotContain("dram:");
    }

    @Test
    void followsCountersThatWrap() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        MadeHost host = new MadeHost(tree);
        host.rangeMicrojoules = 700_000_000;
        for (String zone : List.of("intel-rapl:0", "intel-rapl:1", "intel-rapl:0:1", "intel-rapl:1:1")) {
            tree.zone(zone).maxEnergyRangeMicrojoules(host.rangeMicrojoules);
        }

        assertThat(calibrate(host, "--path.sysfs", tree.sysfsRoot().toString())).isZero();

        assertThat(out.toString()).contains("R2 1.0000").contains("idle-watts: 45.0");
    }

    @Test
    void refusesACounterThatBeginsAnewOrGoesAway() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        MadeHost host = new MadeHost(tree);
        host.resetAfterSeconds = 30;

        assertThat(calibrate(host, "--path.sysfs", tree.sysfsRoot().toString())).isEqualTo(1);
        assertThat(err.toString())
                .contains("joulegram: rapl_powercap: cpu 0 rose by 2")
                .contains(" J in 0.50 s: it began anew; try again");
        assertThat(out.toString()).isEmpty();
        assertThat(host.closed).isTrue();
    }

    @Test
    void warnsOfOtherWorkAndOfAHostThatIsNotSettled() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        MadeHost host = new MadeHost(tree);
        host.strayUtilization = 0.2;
        host.driftWattsPerSecond = 0.5;

        assertThat(calibrate(host, "--path.sysfs", tree.sysfsRoot().toString())).isZero();

        assertThat(err.toString())
                .contains(
                        "warning: other work ran in the level \"rest\": utilization 20 %, of which 0 % was the level's")
                .contains("warning: power of processors at rest went from")
                .contains("take longer levels (--seconds)");
    }

    @Test
    void saysWhatToDoWithoutRapl() throws Exception {
        SysfsTree tree = new SysfsTree(directory.resolve("host"));
        MadeHost host = new MadeHost(tree);

        assertThat(calibrate(
                        host,
                        "--path.sysfs",
                        tree.sysfsRoot().toString(),
                        "--path.procfs",
                        tree.procfsRoot().toString()))
                .isEqualTo(1);

        assertThat(err.toString())
                .startsWith("joulegram: no RAPL counters: ")
                .contains("--record LOAD.csv while it logs")
                .contains("--load LOAD.csv --from-csv WALL.csv");
        assertThat(host.levels).isEmpty();
    }

    @Test
    void joinsTheLogOfAWallMeterToTheLevelsItRecorded() throws Exception {
        MadeHost host = new MadeHost(new SysfsTree(directory.resolve("host")));
        Path load = directory.resolve("load.csv");
        Path wall = directory.resolve("wall.csv");
        Path fragment = directory.resolve("model.yaml");

        assertThat(calibrate(host, "--record", load.toString())).isZero();
        host.writeWallLog(wall, 150);
        assertThat(calibrate(
                        host,
                        "--load",
                        load.toString(),
                        "--from-csv",
                        wall.toString(),
                        "--subtract-watts",
                        "50",
                        "--output",
                        fragment.toString()))
                .as(err.toString())
                .isZero();

        AgentConfig config = new ConfigLoader(Map.of()).load(fragment, List.of());
        ModelConstants.Cpu cpu = config.estimate().constants().cpu().orElseThrow();
        // The meter saw 2 x 45 W, 2 x 6 W and 150 W at rest, of which 50 W are the GPUs'.
        assertThat(cpu.watts().idle()).isCloseTo(MadeHost.BUILT_IN_CPU_WATTS / 2, within(1e-3));
        assertThat(config.host().otherWatts())
                .isCloseTo(
                        90 + 12 + 150 - 50 - MadeHost.BUILT_IN_CPU_WATTS - MadeHost.BUILT_IN_DRAM_WATTS, within(1.5));
        assertThat(cpu.watts().load()).isCloseTo(132, within(2.0));
        assertThat(config.estimate()
                        .constants()
                        .dram()
                        .orElseThrow()
                        .wattsPerGb()
                        .memory())
                .isCloseTo(2 * (10 + 14) / 512.0, within(0.005));
        assertThat(out.toString()).contains("The server at the wall: P = idle");
    }

    @Test
    void writesOverNothingThatItDidNotWrite() throws Exception {
        SysfsTree tree = SysfsTree.twoSockets(directory.resolve("host"));
        Path mine = Files.writeString(directory.resolve("joulegram.yaml"), "pue: 1.2\n");
        Path nowhere = directory.resolve("none/model.yaml");
        Path fragment = directory.resolve("model.yaml");
        String sysfs = tree.sysfsRoot().toString();

        assertThat(calibrate(new MadeHost(tree), "--path.sysfs", sysfs, "--output", mine.toString()))
                .isEqualTo(2);
        assertThat(err.toString()).contains("--output: " + mine + " holds something else than an earlier calibration");
        assertThat(mine).hasContent("pue: 1.2\n");

        MadeHost untouched = new MadeHost(tree);
        assertThat(calibrate(untouched, "--path.sysfs", sysfs, "--output", nowhere.toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("joulegram: cannot be written: ").contains(nowhere.toString());
        assertThat(untouched.levels).isEmpty();

        MadeHost host = new MadeHost(tree);
        for (int i = 0; i < 2; i++) {
            assertThat(calibrate(host, "--path.sysfs", sysfs, "--output", fragment.toString()))
                    .isZero();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            ''                                          | nothing is said of what to calibrate: give --power-model
            --power-model --from-csv w.csv              | --from-csv and --load go together: the meter's log, and the levels that --record noted meanwhile
            --power-model --load l.csv                  | --from-csv and --load go together: the meter's log, and the levels that --record noted meanwhile
            --power-model --record r --load l --from-csv w | --record and --from-csv exclude each other
            --power-model --seconds 1                   | --seconds: "1" is not a number from 4 to 600
            --power-model --seconds x                   | --seconds: "x" is not a number from 4 to 600
            --power-model --subtract-watts 5            | --subtract-watts needs --from-csv
            """)
    void wrongUsageIsAnsweredWith(String arguments, String message) throws Exception {
        List<String> words = new ArrayList<>(List.of("calibrate"));
        List.of(arguments.split(" ")).stream().filter(word -> !word.isEmpty()).forEach(words::add);
        MadeHost host = new MadeHost(new SysfsTree(directory.resolve("host")));

        assertThat(execute(host, words.toArray(String[]::new))).isEqualTo(2);

        assertThat(err.toString().lines())
                .containsExactly("joulegram calibrate: " + message, "See 'joulegram calibrate --help'.");
        assertThat(host.levels).isEmpty();
    }

    private int calibrate(MadeHost host, String... more) {
        List<String> words = new ArrayList<>(List.of("calibrate", "--power-model"));
        words.addAll(List.of(more));
        return execute(host, words.toArray(String[]::new));
    }

    private int execute(MadeHost host, String... words) {
        return new Cli(new PrintWriter(out, true), new PrintWriter(err, true))
                .add(CalibrateCommand.create(
                        new ConfigLoader(Map.of()), List.of(new PowerModelMode(procfsRoot -> host))))
                .execute(words);
    }

    /** Two packages whose counters follow a law as time is let pass; a quarter of the threads load memory fully. */
    private static final class MadeHost implements StressedHost {
        private static final double BUILT_IN_CPU_WATTS = 60;
        private static final double BUILT_IN_DRAM_WATTS = 20;
        private static final double PEAK_BYTES_PER_SECOND = 2e11;

        private final SysfsTree tree;
        private final List<StressLevel> levels = new ArrayList<>();
        private final List<String> wallRows = new ArrayList<>();
        private final Instant begin = Instant.parse("2026-03-05T10:00:00Z");
        private long rangeMicrojoules = SysfsTree.PACKAGE_RANGE_MICROJOULES;
        private double strayUtilization;
        private double driftWattsPerSecond;
        private double resetAfterSeconds = Double.POSITIVE_INFINITY;
        private double seconds;
        private double packageMicrojoules = 1e6;
        private double dramMicrojoules = 1e6;
        private double streamed;
        private boolean closed;

        MadeHost(SysfsTree tree) {
            this.tree = tree;
        }

        @Override
        public String cpuName() {
            return "Made Processor";
        }

        @Override
        public int packages() {
            return 2;
        }

        @Override
        public int threads() {
            return THREADS;
        }

        @Override
        public double gigabytes() {
            return 512;
        }

        @Override
        public boolean isVirtual() {
            return false;
        }

        @Override
        public double builtInIdleWatts(Domain domain) {
            return domain == Domain.CPU ? BUILT_IN_CPU_WATTS : BUILT_IN_DRAM_WATTS;
        }

        @Override
        public void apply(StressLevel level) {
            levels.add(level);
        }

        @Override
        public void pause(Duration duration) {
            double step = duration.toNanos() / 1e9;
            double packageWatts = PACKAGE.at(utilization(), traffic()) + driftWattsPerSecond * seconds;
            double dramWatts = MEMORY_OF_A_PACKAGE.at(utilization(), traffic());
            seconds += step;
            if (seconds > resetAfterSeconds) {
                resetAfterSeconds = Double.POSITIVE_INFINITY;
                packageMicrojoules = 0;
            }
            packageMicrojoules += packageWatts * step * 1e6;
            dramMicrojoules += dramWatts * step * 1e6;
            streamed += traffic() * PEAK_BYTES_PER_SECOND * step;
            wallRows.add(now() + "," + (2 * packageWatts + 2 * dramWatts));
            for (int i = 0; i < 2; i++) {
                set("intel-rapl:" + i, packageMicrojoules);
                set("intel-rapl:" + i + ":1", dramMicrojoules);
            }
        }

        private void set(String zone, double microjoules) {
            try {
                tree.zone(zone).energyMicrojoules((long) microjoules % (rangeMicrojoules + 1));
            } catch (IllegalArgumentException e) {
                // This machine has no such zone.
                return;
            }
        }

        private double traffic() {
            return Math.min(1, 4.0 * level().streaming() / THREADS);
        }

        private StressLevel level() {
            return levels.get(levels.size() - 1);
        }

        @Override
        public Instant now() {
            return begin.plusNanos((long) (seconds * 1e9));
        }

        @Override
        public long nanoTime() {
            return (long) (seconds * 1e9);
        }

        @Override
        public double utilization() {
            StressLevel level = level();
            double own = level.duty() * (level.computing() + level.streaming()) / THREADS;
            return Math.min(1, own + strayUtilization);
        }

        @Override
        public long streamedBytes() {
            return (long) streamed;
        }

        /** What a meter logged beside it, with this much more that neither processors nor memory draw. */
        void writeWallLog(Path file, double otherWatts) throws IOException {
            StringBuilder log = new StringBuilder("time,watts\n");
            for (String row : wallRows) {
                int comma = row.indexOf(',');
                log.append(row, 0, comma + 1)
                        .append(Double.parseDouble(row.substring(comma + 1)) + otherWatts)
                        .append('\n');
            }
            Files.writeString(file, log);
        }

        @Override
        public void close() {
            closed = true;
        }
    }
}
