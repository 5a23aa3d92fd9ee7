package io.joulegram.agent.export;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class LivePageTest {
    private final Reply reply = new LivePage().reply();
    private final String html = new String(reply.body(), UTF_8);

    @Test
    void loadsNothingFromElsewhere() {
        assertThat(html).doesNotContain("http://", "https://", "src=", "@import", "url(");
    }

    @Test
    void putsTextInAsTextOnly() {
        assertThat(html).doesNotContain("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(");
    }

    @Test
    void allowsItsOwnScriptAndStyleAndNoOther() throws Exception {
        String policy = reply.headers().get("Content-Security-Policy");

        assertThat(policy)
                .contains("default-src 'none'", "frame-ancestors 'none'", "connect-src 'self'")
                .contains("script-src '" + hash("script") + "'", "style-src '" + hash("style") + "'")
                .doesNotContain("unsafe");
    }

    @Test
    void hasNoInlineHandlerOrStyleThatThePolicyForbids() {
        assertThat(html).doesNotContainPattern("<[^>]* (on[a-z]+|style)=");
    }

    private String hash(String element) throws Exception {
        Matcher content = Pattern.compile("<" + element + ">(.*)</" + element + ">", Pattern.DOTALL)
                .matcher(html);
        assertThat(content.find()).isTrue();
        byte[] digest =
                MessageDigest.getInstance("SHA-256").digest(content.group(1).getBytes(UTF_8));
        return "sha256-" + Base64.getEncoder().encodeToString(digest);
    }
}
