package io.joulegram.agent.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One page of a {@link Browser}: what it shows, what it asks for, what it complains of. */
final class BrowserPage {
    private final Browser browser;
    private final String session;

    BrowserPage(Browser browser, String session) throws Exception {
        this.browser = browser;
        this.session = session;
        for (String domain : List.of("Page", "Runtime", "Log", "Network", "Audits", "Accessibility")) {
            call(domain + ".enable", Map.of());
        }
    }

    private JsonNode call(String method, Map<String, ?> parameters) throws Exception {
        return browser.call(session, method, parameters);
    }

    /** Runs a script in every document before its own. */
    void beforeEveryDocument(String script) throws Exception {
        call("Page.addScriptToEvaluateOnNewDocument", Map.of("source", script));
    }

    void go(String url) throws Exception {
        call("Page.navigate", Map.of("url", url));
    }

    /** The value of an expression, or of what it promises. */
    JsonNode value(String expression) throws Exception {
        JsonNode result =
                call("Runtime.evaluate", Map.of("expression", expression, "returnByValue", true, "awaitPromise", true));
        if (result.has("exceptionDetails")) {
            throw new IllegalStateException(expression + ": " + result.path("exceptionDetails"));
        }
        return result.at("/result/value");
    }

    String text(String expression) throws Exception {
        return value(expression).asText();
    }

    boolean is(String expression) throws Exception {
        return value(expression).asBoolean();
    }

    /** Presses and releases a key. */
    void press(String key, int code) throws Exception {
        String typed = key.equals("Enter") ? "\r" : "";
        call(
                "Input.dispatchKeyEvent",
                Map.of(
                        "type",
                        typed.isEmpty() ? "rawKeyDown" : "keyDown",
                        "key",
                        key,
                        "code",
                        key,
                        "windowsVirtualKeyCode",
                        code,
                        "text",
                        typed));
        call("Input.dispatchKeyEvent", Map.of("type", "keyUp", "key", key, "code", key, "windowsVirtualKeyCode", code));
    }

    /** What the user has told the system, such as {@code prefers-color-scheme}. */
    void prefer(Map<String, String> features) throws Exception {
        call(
                "Emulation.setEmulatedMedia",
                Map.of(
                        "features",
                        features.entrySet().stream()
                                .map(feature -> Map.of("name", feature.getKey(), "value", feature.getValue()))
                                .toList()));
    }

    void size(int width, int height) throws Exception {
        call(
                "Emulation.setDeviceMetricsOverride",
                Map.of("width", width, "height", height, "deviceScaleFactor", 1, "mobile", false));
    }

    /** What assistive technology is told, without what is hidden from it. */
    List<JsonNode> accessibilityTree() throws Exception {
        JsonNode nodes = call("Accessibility.getFullAXTree", Map.of()).path("nodes");
        return Stream.iterate(0, i -> i < nodes.size(), i -> i + 1)
                .map(nodes::get)
                .filter(node -> !node.path("ignored").asBoolean())
                .toList();
    }

    /** The address of everything that was asked for. */
    List<String> requests() {
        return browser.events(session, "Network.requestWillBeSent").stream()
                .map(event -> event.at("/request/url").asText())
                .toList();
    }

    /** Messages in the console, exceptions, and what the browser finds wrong with the page. */
    List<String> complaints() {
        return Stream.of("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Audits.issueAdded")
                .flatMap(method -> browser.events(session, method).stream())
                .map(JsonNode::toString)
                .toList();
    }

    /** The whole page as a picture. */
    void picture(Path file) throws Exception {
        String data = call("Page.captureScreenshot", Map.of("format", "png", "captureBeyondViewport", true))
                .path("data")
                .asText();
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.write(file, Base64.getDecoder().decode(data));
    }
}
