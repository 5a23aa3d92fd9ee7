package io.joulegram.posix;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SystemCallTest {
    private static final long NO_SUCH_CALL = 9_999;

    @Test
    void givesTheErrorNumberBelowZero() {
        assertThat(SystemCall.invoke(NO_SUCH_CALL, 0, 0, 0, 0, 0)).isEqualTo(-Errno.ENOSYS);
        assertThat(Errno.nameOf(Errno.ENOSYS)).isEqualTo("ENOSYS");
        assertThat(Errno.nameOf(200)).isEqualTo("errno 200");
    }
}
