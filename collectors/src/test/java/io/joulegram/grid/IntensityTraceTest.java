package io.joulegram.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntensityTraceTest {
    private static final Instant TEN = Instant.parse("2026-03-05T10:00:00Z");

    @TempDir
    private Path directory;

    @Test
    void readsCsvInAnyOrderAndHoldsEachPointUpToTheNext() throws Exception {
        IntensityTrace trace = read("""
                time,g_per_kwh
                2026-03-05T12:30:00Z,300
                2026-03-05T10:00:00Z,100
                2026-03-05T12:00:00+01:00,200
                """);
        assertThat(trace.points())
                .containsExactly(
                        new IntensityPoint(TEN, TEN.plusSeconds(3_600), 100),
                        new IntensityPoint(TEN.plusSeconds(3_600), TEN.plusSeconds(9_000), 200),
                        new IntensityPoint(TEN.plusSeconds(9_000), TEN.plusSeconds(14_400), 300));
    }

    @Test
    void leavesAGapWhereUntilSaysSo() throws Exception {
        IntensityTrace trace = read("""
                from,until,g_per_kwh
                2026-03-05T10:00Z,2026-03-05T11:00Z,100
                2026-03-05T12:00Z,2026-03-05T13:00Z,200
                """);
        assertThat(trace.at(TEN.plusSeconds(5_400))).isEmpty();
        assertThat(trace.mean(TEN, TEN.plusSeconds(7_200))).isEmpty();
        assertThat(trace.mean(TEN, TEN.plusSeconds(3_600))).hasValue(100);
    }

    @Test
    void meansAreByTime() throws Exception {
        IntensityTrace trace = read("time,g_per_kwh\n2026-03-05T10:00:00Z,100\n2026-03-05T10:45:00Z,500\n");
        assertThat(trace.mean(TEN, TEN.plusSeconds(3_600)).orElseThrow()).isCloseTo(200, within(1e-9));
        assertThat(trace.mean(TEN, TEN)).hasValue(100);
    }

    @Test
    void readsAnAnswerOfElectricityMapsAsItIs() throws Exception {
        IntensityTrace trace = read("{\"zone\":\"DE\",\"history\":["
                + "{\"zone\":\"DE\",\"carbonIntensity\":302,\"datetime\":\"2026-03-05T10:00:00.000Z\"},"
                + "{\"zone\":\"DE\",\"carbonIntensity\":311,\"datetime\":\"2026-03-05T11:00:00.000Z\"}]}");
        assertThat(trace.at(TEN.plusSeconds(3_601)).orElseThrow().gramsPerKwh()).isEqualTo(311);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "time,g_per_kwh;2026-03-05T10:00:00Z,-1 | :2: \"-1\" is not a carbon intensity: must be 0 to 2500",
                "time,g_per_kwh;2026-03-05T10:00:00Z,NaN | :2: \"NaN\" is not a carbon intensity",
                "time,g_per_kwh;2026-03-05 10:00,5 | :2: \"2026-03-05 10:00\" is not a time",
                "when,g_per_kwh;2026-03-05T10:00:00Z,5 | :2: has no column from or time or datetime",
                "time,g_per_kwh;2026-03-05T10:00:00Z,5;2026-03-05T10:00:00Z,6 | :2: ends at 2026-03-05T10:00:00Z",
                "from,until,g_per_kwh;2026-03-05T10:00Z,2026-03-05T12:00Z,5;2026-03-05T11:00Z,,6 | :3: begins at",
                "time,g_per_kwh | has no point in it",
                "[{\"time\": 5}] | item 1: \"5\" is not a time",
                "{\"a\": 1} | is neither a list of points",
                "[{ | :1: is not JSON"
            })
    void saysWhatIsWrongAndWhere(String content, String message) {
        assertThatThrownBy(() -> read(content.replace(';', '\n')))
                .isInstanceOf(IntensityTraceException.class)
                .hasMessageContaining(message);
    }

    @Test
    void saysThatAFileIsMissing() {
        assertThatThrownBy(() -> IntensityTrace.read(directory.resolve("nowhere")))
                .isInstanceOf(IntensityTraceException.class)
                .hasMessageContaining("nowhere");
    }

    private IntensityTrace read(String content) throws IOException, IntensityTraceException {
        return IntensityTrace.read(Files.writeString(directory.resolve("trace"), content));
    }
}
