package io.joulegram.rapl;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.posix.NativeBuffer;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

class PerfEventAttrTest {
    @Test
    void hasTheLayoutOfTheKernelsHeader() {
        // offsetof() of each field, as a C compiler gives it for linux/perf_event.h on x86_64 and aarch64.
        assertThat(PerfEventAttr.TYPE_OFFSET).isEqualTo(0);
        assertThat(PerfEventAttr.SIZE_OFFSET).isEqualTo(4);
        assertThat(PerfEventAttr.CONFIG_OFFSET).isEqualTo(8);
        assertThat(PerfEventAttr.SIZE).isEqualTo(64);
    }

    @Test
    void asksForNothingButCounting() {
        NativeBuffer attributes = PerfEventAttr.counting(12, 2);

        ByteBuffer expected = ByteBuffer.allocate(64).order(ByteOrder.nativeOrder());
        expected.putInt(12).putInt(64).putLong(2).position(0);
        assertThat(attributes.bytes()).isEqualTo(expected);
    }
}
