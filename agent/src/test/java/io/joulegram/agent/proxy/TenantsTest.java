package io.joulegram.agent.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.HttpHeaders;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TenantsTest {
    /** printf %s sk-blue | sha256sum */
    private static final String HASH_OF_SK_BLUE = "c8664507e6c9bbc65e50e9d3c60288ccc9028910216e277382954410e0bdce75";

    @TempDir
    Path directory;

    @Test
    void aKeyCountsBeforeAHeader() throws Exception {
        Tenants tenants = read("# who is who\n\nblue key-sha256 " + HASH_OF_SK_BLUE + "\nred header X-Team red team\n");

        assertThat(tenants.of(headers("Authorization", "Bearer sk-blue"))).isEqualTo("blue");
        assertThat(tenants.of(headers("Authorization", "bearer sk-blue").set("x-team", "red team")))
                .isEqualTo("blue");
        assertThat(tenants.of(headers("x-api-key", "sk-blue"))).isEqualTo("blue");
        assertThat(tenants.of(headers("x-team", "red team"))).isEqualTo("red");
        assertThat(tenants.of(headers("x-team", "redteam"))).isEqualTo("other");
        assertThat(tenants.of(headers("Authorization", "Bearer sk-green"))).isEqualTo("other");
        assertThat(tenants.of(new DefaultHttpHeaders())).isEqualTo("other");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "blue",
                "blue key-sha256 12",
                "blue key sk-blue",
                "other header X-Team x",
                "bl\"ue header X-Team x",
                "a header X-Team x\nb header x-team x",
            })
    void aWrongLineIsNamed(String lines) {
        String last = lines.substring(lines.lastIndexOf('\n') + 1);
        assertThatThrownBy(() -> read(lines))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("tenants:" + lines.lines().count() + ": \"" + last + '"')
                .hasMessageContaining("allowed: NAME key-sha256 HEX or NAME header HEADER VALUE");
    }

    private Tenants read(String text) throws IOException {
        return Tenants.read(Files.writeString(directory.resolve("tenants"), text));
    }

    private static HttpHeaders headers(String name, String value) {
        return new DefaultHttpHeaders().set(name, value);
    }
}
