package io.joulegram.agent.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Pages of HTML that need nothing else: a template of this package whose places are filled, uPlot among them. */
public final class PageTemplate {
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+)}}");

    private PageTemplate() {}

    /**
     * The page.
     *
     * @param template its file name
     * @param parts what goes where, as HTML
     */
    public static String fill(String template, Map<String, String> parts) {
        Map<String, String> all = new HashMap<>(parts);
        all.put("uplot-css", resource("uplot/uPlot.min.css"));
        all.put("uplot-js", resource("uplot/uPlot.iife.min.js"));
        return PLACE.matcher(resource(template))
                .replaceAll(place -> Matcher.quoteReplacement(all.getOrDefault(place.group(1), "")));
    }

    /** Text as HTML. */
    public static String escape(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    /** A document for a script element, which nothing in it can end. */
    public static String json(JsonNode document) {
        return document.toString().replace("<", "\\u003c");
    }

    private static String resource(String name) {
        try (InputStream stream = PageTemplate.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IllegalStateException(name + " is missing from this build");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
