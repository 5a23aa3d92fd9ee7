package io.joulegram.agent.calibrate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WallMeterLogTest {
    private static final Instant BEGIN = Instant.parse("2026-03-05T10:00:00Z");

    @TempDir
    Path directory;

    @Test
    void averagesBetweenTheSamplesOfALevel() throws Exception {
        Path file = write("""
                time,watts
                2026-03-05T09:59:59Z,900
                2026-03-05T10:00:00Z,100
                2026-03-05T11:00:01+01:00,200
                1772704805.5,200
                2026-03-05 10:00:10Z,100
                2026-03-05T10:00:11Z,900
                """);

        // 1 s at 150 W, 4.5 s at 200 W, 4.5 s at 150 W.
        assertThat(WallMeterLog.read(file).meanWatts(level(10)))
                .isCloseTo((150 + 4.5 * 200 + 4.5 * 150) / 10, within(1e-9));
    }

    @Test
    void refusesALevelThatItDoesNotCover() throws Exception {
        Path sparse = write("time,watts\n2026-03-05T10:00:00Z,1\n2026-03-05T10:00:09Z,1\n");
        Path early = directory.resolve("early.csv");
        Files.writeString(
                early,
                "time,watts\n2026-03-05T10:00:00Z,1\n2026-03-05T10:00:01Z,1\n2026-03-05T10:00:02Z,1\n",
                StandardCharsets.UTF_8);

        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> WallMeterLog.read(sparse).meanWatts(level(10)))
                .withMessageContaining("2 rows lie in the level \"x\"")
                .withMessageContaining("compare the clocks");
        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> WallMeterLog.read(early).meanWatts(level(10)))
                .withMessageContaining("3 rows lie in the level");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            time,power;2026-03-05T10:00:00Z,5                                  | :1: the header lacks the column watts; needed: time,watts
            time,watts;2026-03-05T10:00:00Z,5;2026-03-05T10:00:01Z,x           | :3: watts: "x" is not a number from 0 to 20000
            time,watts;2026-03-05T10:00:00Z,-5                                 | :2: watts: "-5" is not a number from 0 to 20000
            time,watts;2026-03-05T10:00:00Z,NaN                                | :2: watts: "NaN" is not a number from 0 to 20000
            time,watts;2026-03-05T10:00:00Z,1e99                               | :2: watts: "1e99" is not a number from 0 to 20000
            time,watts;2026-03-05T10:00:00Z                                    | :2: watts: is empty
            time,watts;2026-03-05T10:00:00,5                                   | :2: time: "2026-03-05T10:00:00" is neither a time with offset such as 2026-03-05T10:00:00.5Z nor seconds since 1970
            time,watts;5,5;5,5                                                 | :3: time: 1970-01-01T00:00:05Z is not after the time of the row before, 1970-01-01T00:00:05Z
            time,watts                                                         | has no rows; needed are the columns time,watts and a row each second or so
            """)
    void namesTheLineOfWhatIsWrong(String content, String message) throws IOException {
        Path file = write(content.replace(';', '\n') + "\n");

        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> WallMeterLog.read(file))
                .withMessageStartingWith(file.toString())
                .withMessageEndingWith(message.strip());
    }

    @Test
    void neverFailsOtherwiseThanInWordsOnGarbage() throws Exception {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            byte[] bytes = new byte[random.nextInt(400)];
            random.nextBytes(bytes);
            byte[] header = random.nextBoolean() ? "time,watts\n".getBytes(StandardCharsets.UTF_8) : new byte[0];
            Path file = directory.resolve("garbage.csv");
            Files.write(file, header);
            Files.write(file, bytes, StandardOpenOption.APPEND);
            try {
                WallMeterLog.read(file);
            } catch (CalibrationException e) {
                assertThat(e).as("seed %d", seed).hasMessageContaining("garbage.csv");
            }
        }
    }

    @Test
    void refusesALogThatDoesNotFitIntoASmallProcess() throws Exception {
        StringBuilder rows = new StringBuilder("time,watts\n");
        for (int second = 0; second <= 200_000; second++) {
            rows.append(second).append(",1\n");
        }

        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> WallMeterLog.read(write(rows.toString())))
                .withMessageContaining(":200002: time: there are more than 200000 rows; cut the log");
    }

    @Test
    void namesAFileThatIsNotThere() {
        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> WallMeterLog.read(directory.resolve("none.csv")))
                .withMessage(directory.resolve("none.csv") + " does not exist");
    }

    @Test
    void loadTraceComesBackAsItWasWritten() throws Exception {
        Path file = directory.resolve("load.csv");
        List<MeasuredLevel> levels = List.of(level(10));
        LoadTrace.write(file, levels, 64);

        assertThat(LoadTrace.read(file, 64)).isEqualTo(levels);
        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> LoadTrace.read(file, 8))
                .withMessage(file + ":2: threads: the trace is of a host of 64 threads, and this one has 8");
    }

    @Test
    void loadTraceRefusesLevelsOutOfOrder() throws Exception {
        Path file = directory.resolve("load.csv");
        LoadTrace.write(file, List.of(level(10), level(5)), 64);

        assertThatExceptionOfType(CalibrationException.class)
                .isThrownBy(() -> LoadTrace.read(file, 64))
                .withMessage(file + ":3: begin: 2026-03-05T10:00:00Z is before the end of the level before");
    }

    private static MeasuredLevel level(int seconds) {
        return new MeasuredLevel(
                BEGIN,
                BEGIN.plusSeconds(seconds),
                new Load("x", 0.25, 1e9),
                0.25,
                OptionalDouble.empty(),
                OptionalDouble.empty());
    }

    private Path write(String content) throws IOException {
        return Files.writeString(directory.resolve("wall.csv"), content);
    }
}
