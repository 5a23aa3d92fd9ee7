package io.joulegram.tokens;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerAddressTest {
    private static final EngineCatalog ENGINES = EngineCatalog.builtIn();

    @Test
    void readsAnAddressWithAnEngine() {
        assertThat(ServerAddress.parse("vllm+http://gpu-1:8000", ENGINES))
                .isEqualTo(new ServerTarget(
                        "gpu-1:8000",
                        URI.create("http://gpu-1:8000"),
                        Optional.of("vllm"),
                        Optional.empty(),
                        List.of()));
    }

    @ParameterizedTest
    @CsvSource({
        "http://host:8000/metrics, host:8000, http://host:8000/metrics",
        "HTTP://host, host:80, http://host:80",
        "https://host/p/metrics?model=a, host:443, https://host:443/p/metrics?model=a",
        "' http://[::1]:8080/ ', [::1]:8080, http://[::1]:8080/"
    })
    void readsAnAddressWithoutAnEngine(String text, String name, URI base) {
        ServerTarget target = ServerAddress.parse(text, ENGINES);

        assertThat(target.name()).isEqualTo(name);
        assertThat(target.baseUri()).isEqualTo(base);
        assertThat(target.engine()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "vlm+http://h:1 | engine \"vlm\" is not known (did you mean vllm?); allowed are vllm, sglang, tgi, trtllm,",
                "ollama+http://h:1 | engine \"ollama\" is not known",
                "tensorrt+http://h:1 | allowed are vllm",
                "localhost:8000 | must begin with http:// or https://",
                "127.0.0.1:8000 | is not a URL: Illegal character in scheme name at character 1",
                "ftp://h | must begin with http:// or https://",
                "http:// | is not a URL",
                "http://my_host:80 | needs a host of letters",
                "http://h:70000 | has port 70000, allowed are 1 to 65535",
                "http://h:x | needs a host",
                "http://h/a b | is not a URL",
                "'' | must begin with http://"
            })
    void saysWhatIsAllowed(String text, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ServerAddress.parse(text, ENGINES))
                .withMessageContaining(message);
    }

    @Test
    void neverRepeatsAPassword() {
        for (String text : List.of("http://me:s3cret@h:1", "ftp://me:s3cret@h:1", "http://me:s3cret@my_host:1/ x")) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> ServerAddress.parse(text, ENGINES))
                    .satisfies(e -> assertThat(e.getMessage()).doesNotContain("s3cret"));
        }
    }
}
