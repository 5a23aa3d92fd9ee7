package io.joulegram.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ComputeProcessesTest {
    private static final int ROOM = 1024;

    private final NativeBuffer entries = new NativeBuffer(ROOM);

    @ParameterizedTest
    @ValueSource(ints = {16, 24, 32})
    void tellsTheSizeOfAnEntryFromWhatWasWritten(int size) throws Exception {
        entries.fill((byte) 0xa5);
        write(size, 3);
        assertThat(ComputeProcesses.decode(entries, 3)).containsExactly(process(1001), process(1002), process(1003));
    }

    @ParameterizedTest
    @ValueSource(ints = {16, 24, 32})
    void tellsTheSizeOfAnEntryFromItsValuesWhenAllMemoryWasWritten(int size) throws Exception {
        entries.fill((byte) 0);
        write(size, 3);
        assertThat(ComputeProcesses.decode(entries, 3)).containsExactly(process(1001), process(1002), process(1003));
    }

    @Test
    void refusesEntriesThatMakeNoSense() {
        entries.fill((byte) 0xff);
        assertThatExceptionOfType(NvmlException.class)
                .isThrownBy(() -> ComputeProcesses.decode(entries, 2))
                .satisfies(e -> assertThat(e.code()).isEqualTo(NvmlReturn.ARGUMENT_VERSION_MISMATCH));
    }

    @Test
    void noProcessNeedsNoEntry() throws Exception {
        entries.fill((byte) 0xff);
        assertThat(ComputeProcesses.decode(entries, 0)).isEmpty();
    }

    private static NvmlProcess process(int pid) {
        return new NvmlProcess(pid, OptionalLong.of(pid * 1_000_000L));
    }

    private void write(int size, int count) {
        for (int i = 0; i < count; i++) {
            int at = i * size;
            entries.putInt(at, 1001 + i);
            entries.putLong(at + 8, (1001 + i) * 1_000_000L);
            for (int rest = at + 16; rest < at + size; rest += 8) {
                entries.putLong(rest, rest == at + 16 ? -1 : 0);
            }
        }
    }
}
