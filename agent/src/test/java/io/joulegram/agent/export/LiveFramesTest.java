package io.joulegram.agent.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.joulegram.agent.energy.CumulativeEnergy;
import io.joulegram.power.Domain;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LiveFramesTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 1000 * SECOND;

    /** Between 980 s and what is covered: 200 W, but 300 W from 990 s on. */
    private static final class Device implements CumulativeEnergy {
        private long coveredUntilNanos = START;

        @Override
        public long coveredUntilNanos() {
            return coveredUntilNanos;
        }

        @Override
        public long microjoulesAt(long timeNanos) {
            long nanos = Math.min(timeNanos, coveredUntilNanos) - 980 * SECOND;
            return nanos <= 0 ? 0 : (200 * nanos + 100 * Math.max(0, nanos - 10 * SECOND)) / 1000;
        }
    }

    private final Device device = new Device();
    private final List<PowerCurve> curves = new ArrayList<>(List.of(new PowerCurve(Domain.GPU, "0", device)));
    private long nowNanos = START;
    private int snapshotsTaken;
    private final LiveFrames frames = new LiveFrames(() -> curves, this::snapshot, Snapshots.BUILD, () -> nowNanos);

    private Optional<Snapshot> snapshot() {
        snapshotsTaken++;
        return Optional.of(Snapshots.full());
    }

    @Test
    void aNewViewerGetsTheLastMinuteAtOnceAndWhatIsUnknownIsAbsent() throws Exception {
        List<JsonNode> power = power(frames.since(Long.MIN_VALUE, Long.MIN_VALUE));

        assertThat(power).hasSize(LiveFrames.KEPT);
        // Until 980 s nothing was observed, and of the first quarter after that it cannot be told whether all of it
        // was.
        List<Double> watts = power.stream()
                .map(frame -> frame.at("/watts/gpu 0"))
                .filter(JsonNode::isNumber)
                .map(JsonNode::asDouble)
                .toList();
        assertThat(watts).hasSize(4 * 10 - 1 + 4 * 10 - 5).startsWith(200.0).endsWith(300.0);
        assertThat(watts.subList(0, 39)).containsOnly(200.0);
        assertThat(watts.subList(39, watts.size())).containsOnly(300.0);
        assertThat(power.get(1).get("unixMillis").asLong()
                        - power.get(0).get("unixMillis").asLong())
                .isBetween(249L, 251L);
    }

    @Test
    void aFrameIsMadeOnceAndSentToEachViewerOnce() throws Exception {
        LiveFrames.Batch first = frames.since(Long.MIN_VALUE, Long.MIN_VALUE);
        assertThat(frames.since(first.newestId(), first.stateNanos()).text()).isEmpty();

        nowNanos += SECOND / 2;
        device.coveredUntilNanos = nowNanos;
        LiveFrames.Batch second = frames.since(first.newestId(), first.stateNanos());
        assertThat(power(second)).hasSize(2);
        assertThat(second.text()).doesNotContain("event: status");
        assertThat(snapshotsTaken).isOne();

        nowNanos += SECOND / 2;
        LiveFrames.Batch third = frames.since(second.newestId(), second.stateNanos());
        assertThat(third.text()).contains("event: status\ndata: {", "event: summary\ndata: {");
        assertThat(snapshotsTaken).isEqualTo(2);
    }

    @Test
    void whoIsFarBehindGetsWhatIsKeptAndAnIdOfAnotherRunGivesEverything() throws Exception {
        LiveFrames.Batch first = frames.since(Long.MIN_VALUE, Long.MIN_VALUE);
        nowNanos += 1000 * SECOND;
        device.coveredUntilNanos = nowNanos;

        assertThat(power(frames.since(first.newestId(), first.stateNanos()))).hasSize(LiveFrames.KEPT);
        assertThat(power(frames.since(Long.MAX_VALUE, Long.MIN_VALUE))).hasSize(LiveFrames.KEPT);
    }

    @Test
    void aDeviceThatIsLostHasNoPower() throws Exception {
        LiveFrames.Batch first = frames.since(Long.MIN_VALUE, Long.MIN_VALUE);
        nowNanos += 10 * SECOND;

        List<JsonNode> power = power(frames.since(first.newestId(), first.stateNanos()));
        assertThat(power).hasSize(40);
        assertThat(power.get(39).at("/watts/gpu 0").isMissingNode()).isTrue();
        assertThat(power.get(39).get("watts").isObject()).isTrue();
    }

    private static List<JsonNode> power(LiveFrames.Batch batch) throws JsonProcessingException {
        List<JsonNode> found = new ArrayList<>();
        for (String event : batch.text().split("\n\n", -1)) {
            String[] parts = event.split("event: power\ndata: ", 2);
            if (parts.length == 2) {
                assertThat(parts[0]).matches("id: \\d+\n");
                found.add(JSON.readTree(parts[1]));
            }
        }
        return found;
    }
}
