package io.joulegram.agent.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LivePageTest {
    private final LivePage page = new LivePage();
    private final Reply reply = page.reply(new Headers(), List.of("/", "/metrics"));
    private final String html = new String(reply.body(), UTF_8);

    /** The page, style and scripts; without uPlot, which is held by its checksum. */
    private Map<String, String> own() {
        return Map.of(
                "html", html, "css", file("live.css"), "live.js", file("live.js"), "format.js", file("format.js"));
    }

    private byte[] body(String name) {
        return Objects.requireNonNull(page.files().get("/live/" + name)).body();
    }

    private String file(String name) {
        return new String(body(name), UTF_8);
    }

    @Test
    void loadsNothingFromElsewhere() {
        assertThat(own().values())
                .allSatisfy(text -> assertThat(text).doesNotContain("http://", "https://", "@import", "url("));
        List<String> loaded = new ArrayList<>();
        Matcher matcher =
                Pattern.compile("(?:src|rel=\"[a-z]+\" href)=\"([^\"]+)\"").matcher(html);
        while (matcher.find()) {
            loaded.add("/" + matcher.group(1));
        }
        assertThat(page.files().keySet()).containsAll(loaded);
        assertThat(loaded).hasSizeGreaterThan(page.files().size() - 1);
    }

    @Test
    void putsTextInAsTextOnly() {
        assertThat(own().values())
                .allSatisfy(text -> assertThat(text)
                        .doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("));
    }

    @Test
    void allowsItsOwnFilesAndNothingElse() {
        assertThat(reply.headers().get("Content-Security-Policy"))
                .contains("default-src 'none'", "frame-ancestors 'none'", "connect-src 'self'")
                .contains("script-src 'self'", "style-src 'self'", "img-src 'self'")
                .doesNotContain("unsafe", "data:", "*");
    }

    @Test
    void hasNoInlineScriptHandlerOrStyleThatThePolicyForbids() {
        assertThat(html).doesNotContainPattern("<[^>]* (on[a-z]+|style)=").doesNotContain("<style", "<script>");
        assertThat(file("live.js")).doesNotContain("setAttribute('style'");
    }

    @Test
    void shipsUPlotAsItWasPublished() throws Exception {
        assertThat(sha256("uPlot.iife.min.js"))
                .isEqualTo("19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f");
        assertThat(sha256("uPlot.min.css"))
                .isEqualTo("df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04");
    }

    private String sha256(String name) throws Exception {
        byte[] body = body(name);
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(body));
    }

    @Test
    void whoWantsTextGetsThePathsAndWhoDoesNotSayGetsThePage() {
        Headers text = new Headers();
        text.set("Accept", "text/plain, */*;q=0.1");
        Headers curl = new Headers();
        curl.set("Accept", "*/*");
        Headers browser = new Headers();
        browser.set("Accept", "text/html,application/xhtml+xml,*/*;q=0.8");

        assertThat(new String(page.reply(text, List.of("/", "/metrics")).body(), UTF_8))
                .isEqualTo("Joulegram. There is: / /metrics\n");
        assertThat(page.reply(curl, List.of())).isSameAs(reply);
        assertThat(page.reply(browser, List.of())).isSameAs(reply);
    }
}
