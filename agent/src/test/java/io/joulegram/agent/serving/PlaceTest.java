package io.joulegram.agent.serving;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.tokens.ServerTarget;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlaceTest {
    private static Place of(String uri) {
        return Place.of(new ServerTarget("s", URI.create(uri), Optional.empty(), Optional.empty(), List.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "http://127.0.0.1:8000, http://localhost:8000, true",
        "http://127.0.0.1:8000, http://LocalHost:8000/metrics, true",
        "http://127.0.0.1:8000, http://127.0.1.1:8000, true",
        "http://127.0.0.1:8000, http://[::1]:8000, true",
        "http://127.0.0.1:8000, http://0.0.0.0:8000, true",
        "http://127.0.0.1:80, http://localhost, true",
        "https://127.0.0.1:443, https://localhost, true",
        "http://127.0.0.1:8000, http://127.0.0.1:8001, false",
        "http://127.0.0.1:8000, http://192.0.2.1:8000, false",
        "http://127.0.0.1:8000, http://[2001:db8::1]:8000, false",
        "http://gpu-7:8000, http://GPU-7:8000, true",
        "http://gpu-7:8000, http://gpu-8:8000, false",
        "http://localhost:8000, http://localhost.example:8000, false",
        "http://127.0.0.1:8000, http://999.0.0.1:8000, false"
    })
    void namesOfOnePlaceAreOne(String one, String other, boolean same) {
        assertThat(of(one).equals(of(other))).isEqualTo(same);
    }

    @Test
    void everyAddressOfThisHostIsHere() throws SocketException {
        for (NetworkInterface card : NetworkInterface.networkInterfaces().toList()) {
            for (InetAddress address : card.inetAddresses().toList()) {
                String host = address.getHostAddress();
                if (host.indexOf('%') < 0) {
                    String literal = host.contains(":") ? "[" + host + "]" : host;
                    assertThat(of("http://" + literal + ":8000")).as(host).isEqualTo(of("http://127.0.0.1:8000"));
                }
            }
        }
    }
}
