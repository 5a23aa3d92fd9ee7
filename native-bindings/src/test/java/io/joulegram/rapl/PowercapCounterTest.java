package io.joulegram.rapl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.joulegram.posix.Errno;
import io.joulegram.rapl.RaplException.Reason;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PowercapCounterTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "0,0",
        "262143328850,262143328850",
        "9223372036854775807,9223372036854775807",
        "00000000001234567890,1234567890",
        "0000000000000000000000000000001,1"
    })
    void readsDecimalDigits(String content, long expected) throws Exception {
        try (EnergyCounter counter = counter(content + "\n")) {
            assertThat(counter.read()).isZero();
            assertThat(counter.count()).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\n",
                "-1\n",
                "12 34\n",
                "0x10\n",
                "1.5\n",
                "9223372036854775808\n",
                "18446744073709551615\n",
                "99999999999999999999\n",
                "00000000000000000000000000000000000001\n"
            })
    void refusesWhatIsNotACounter(String content) throws Exception {
        try (EnergyCounter counter = counter(content)) {
            assertThat(counter.read()).isEqualTo(Errno.EBADMSG);
        }
    }

    @Test
    void followsTheFileThroughOneDescriptor() throws Exception {
        try (EnergyCounter counter = counter("1000\n")) {
            assertThat(counter.read()).isZero();
            Files.writeString(directory.resolve("energy_uj"), "7\n");

            assertThat(counter.read()).isZero();
            assertThat(counter.count()).isEqualTo(7);
        }
    }

    @Test
    void keepsTheLastGoodValueWhenAReadFails() throws Exception {
        try (EnergyCounter counter = counter("1000\n")) {
            assertThat(counter.read()).isZero();
            Files.writeString(directory.resolve("energy_uj"), "");

            assertThat(counter.read()).isEqualTo(Errno.ENODATA);
            assertThat(counter.count()).isEqualTo(1000);
        }
    }

    @Test
    void failsAfterItIsClosed() throws Exception {
        EnergyCounter counter = counter("1000\n");
        try (counter) {
            assertThat(counter.read()).isZero();
        }
        assertThat(counter.read()).isEqualTo(Errno.EBADF);
    }

    @Test
    void namesAMissingFile() {
        assertThatExceptionOfType(RaplException.class)
                .isThrownBy(() -> PowercapCounter.open(directory.resolve("energy_uj")))
                .withMessage("open " + directory.resolve("energy_uj") + ": ENOENT")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.ABSENT));
    }

    private EnergyCounter counter(String content) throws Exception {
        return PowercapCounter.open(MadeFiles.put(directory, "energy_uj", content));
    }
}
