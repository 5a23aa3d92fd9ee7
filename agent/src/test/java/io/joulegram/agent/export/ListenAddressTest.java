package io.joulegram.agent.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListenAddressTest {
    @ParameterizedTest
    @CsvSource({
        "127.0.0.1:13600, 127.0.0.1, 13600",
        "localhost:0, localhost, 0",
        "[::1]:13600, ::1, 13600",
        "[::]:65535, ::, 65535",
        ":13600, '', 13600",
    })
    void readsHostAndPortAndWritesThemTheSame(String text, String host, int port) {
        ListenAddress address = ListenAddress.parse(text);

        assertThat(address).isEqualTo(new ListenAddress(host, port));
        assertThat(address).hasToString(text);
    }

    @ParameterizedTest
    @CsvSource({
        "13600, HOST:PORT",
        "localhost, HOST:PORT",
        "localhost:, 0 to 65535",
        "localhost:65536, 0 to 65535",
        "localhost:-1, 0 to 65535",
        "localhost:+1, 0 to 65535",
        "localhost:http, 0 to 65535",
        "localhost:99999999999, 0 to 65535",
        "::1:13600, [::1]:13600",
    })
    void tellsWhatIsAllowed(String text, String allowed) {
        assertThatThrownBy(() -> ListenAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith('"' + text + '"')
                .hasMessageContaining(allowed);
    }

    @Test
    void anEmptyHostIsEveryInterface() {
        assertThat(ListenAddress.parse(":13600").resolve().getAddress().isAnyLocalAddress())
                .isTrue();
    }
}
