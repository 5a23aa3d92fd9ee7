package io.joulegram.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class NativeMemoryTest {
    @Test
    void holdsWhatIsWrittenAndMayBeClosedTwice() {
        NativeMemory memory = new NativeMemory(1 << 20);
        memory.bytes().putLong((1 << 20) - Long.BYTES, 42);

        assertThat(memory.bytes().capacity()).isEqualTo(1 << 20);
        assertThat(memory.bytes().getLong((1 << 20) - Long.BYTES)).isEqualTo(42);
        memory.close();
        memory.close();
    }

    @Test
    void goesBeyondTheLimitOnDirectBuffers() {
        int beyond = (int) Math.min(Integer.MAX_VALUE, Runtime.getRuntime().maxMemory() + (1 << 20));
        try (NativeMemory memory = new NativeMemory(beyond)) {
            assertThat(memory.bytes().capacity()).isEqualTo(beyond);
        }
    }
}
