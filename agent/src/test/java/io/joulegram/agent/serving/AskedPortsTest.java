package io.joulegram.agent.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.host.HostProcess;
import io.joulegram.tokens.ServingCommand;
import io.joulegram.tokens.ServingCommand.NamedPort;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class AskedPortsTest {
    /** Near the overflow of the clock, which may begin anywhere. */
    private static final long START_NANOS = Long.MAX_VALUE - TimeUnit.SECONDS.toNanos(100);

    private final AskedPorts asked = new AskedPorts();

    private static ServingProcess serving(int pid, long startTicks) {
        return new ServingProcess(
                new HostProcess(pid, "vllm", 1, pid, startTicks),
                ServingCommand.of(List.of("vllm", "serve")).orElseThrow().program(),
                new NamedPort(9000 + pid, "named"),
                false);
    }

    private List<ServingProcess> take(long seconds, ServingProcess... listening) {
        return asked.take(List.of(listening), START_NANOS + TimeUnit.SECONDS.toNanos(seconds));
    }

    @Test
    void aPortThatDoesNotAnswerIsAskedLessAndLessOftenButOnceAMinute() {
        ServingProcess server = serving(1, 1);
        List<Integer> seconds = new ArrayList<>();
        for (int second = 0; second <= 300; second++) {
            if (!take(second, server).isEmpty()) {
                seconds.add(second);
            }
        }

        assertThat(seconds).containsExactly(0, 8, 24, 56, 116, 176, 236, 296);
    }

    @Test
    void aProcessThatStartsAnewIsAskedAtOnce() {
        assertThat(take(0, serving(1, 1))).hasSize(1);
        assertThat(take(1, serving(1, 1))).isEmpty();
        assertThat(take(2, serving(1, 2))).containsExactly(serving(1, 2));
        asked.retain(List.of());
        assertThat(take(3, serving(1, 1))).hasSize(1);
    }

    @Test
    void noMoreThanThirtyAreAskedInAMinuteAndEachHasItsTurn() {
        ServingProcess[] many = new ServingProcess[64];
        for (int i = 0; i < many.length; i++) {
            many[i] = serving(1 + i, 1);
        }
        List<ServingProcess> all = new ArrayList<>();
        for (int second = 0; second < 240; second++) {
            all.addAll(take(second, many));
            if (second < 60) {
                assertThat(all).hasSize(30);
            }
        }

        assertThat(all).hasSize(4 * 30).contains(many);
    }
}
