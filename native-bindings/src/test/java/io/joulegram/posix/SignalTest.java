package io.joulegram.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(OS.LINUX)
class SignalTest {
    private static final int SIGNALLED = 128;

    @ParameterizedTest
    @EnumSource(Signal.class)
    void endsAProcessThatDoesNotCatchIt(Signal signal) throws Exception {
        // In the background of a script SIGINT is ignored, which a child inherits.
        Process process =
                new ProcessBuilder("env", "--default-signal=HUP,INT,TERM", "sh", "-c", "echo; exec sleep 60").start();
        try {
            assertThat(process.getInputStream().read()).isEqualTo('\n');
            signal.send(process.pid());

            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(SIGNALLED + signal.number());
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void whatIsGoneCannotBeReached() throws Exception {
        Process process = new ProcessBuilder("true").start();
        process.waitFor();

        assertThatThrownBy(() -> Signal.TERM.send(process.pid()))
                .isInstanceOf(PosixException.class)
                .hasMessage("kill " + process.pid() + ": ESRCH");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, 1L << 31})
    void groupsOfProcessesAreNotMeant(long process) {
        assertThatThrownBy(() -> Signal.TERM.send(process)).isInstanceOf(IllegalArgumentException.class);
    }
}
