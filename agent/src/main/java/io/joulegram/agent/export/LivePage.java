package io.joulegram.agent.export;

import com.sun.net.httpserver.Headers;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The page at {@code /} and the files it loads. They come from this endpoint alone, and the page's content security policy
 * allows nothing else: no script or style within the page, none from elsewhere. Thread-safe.
 */
final class LivePage {
    private static final String UPLOT = "/io/joulegram/agent/report/uplot/";
    private static final String SCRIPT = "text/javascript; charset=utf-8";
    private static final String STYLE = "text/css; charset=utf-8";
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
            + "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final Reply page = load("live.html", "text/html; charset=utf-8")
            .with("Content-Security-Policy", POLICY)
            .with("Vary", "Accept, Accept-Encoding");
    private final Map<String, Reply> files = new LinkedHashMap<>();

    LivePage() {
        files.put("/live/live.css", load("live.css", STYLE));
        files.put("/live/live.js", load("live.js", SCRIPT));
        files.put("/live/format.js", load("format.js", SCRIPT));
        files.put("/live/icon.svg", load("icon.svg", "image/svg+xml"));
        files.put("/live/uPlot.min.css", load(UPLOT + "uPlot.min.css", STYLE));
        files.put("/live/uPlot.iife.min.js", load(UPLOT + "uPlot.iife.min.js", SCRIPT));
    }

    /** The page, or the paths that there are for those who would rather read text. */
    Reply reply(Headers request, List<String> paths) {
        List<WeightedValue> accepted = WeightedValue.parse(request.getOrDefault("Accept", List.of()));
        return weight(accepted, "text/plain") > weight(accepted, "text/html")
                ? Reply.text(200, "Joulegram. There is: " + String.join(" ", paths))
                        .with("Vary", "Accept, Accept-Encoding")
                : page;
    }

    /** The files that the page loads, by path. */
    Map<String, Reply> files() {
        return files;
    }

    /** How much a media type is wanted where it is named; what is not named is wanted less than what is. */
    private static double weight(List<WeightedValue> accepted, String type) {
        return accepted.stream()
                .filter(value -> value.value().equals(type))
                .mapToDouble(WeightedValue::weight)
                .max()
                .orElse(0);
    }

    private static Reply load(String name, String contentType) {
        try (InputStream resource = LivePage.class.getResourceAsStream(name)) {
            if (resource == null) {
                throw new IllegalStateException(name + " is missing from the program");
            }
            return new Reply(200, contentType, resource.readAllBytes(), Map.of());
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be read", e);
        }
    }
}
