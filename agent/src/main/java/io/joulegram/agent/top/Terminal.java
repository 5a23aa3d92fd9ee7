package io.joulegram.agent.top;

import java.io.File;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The terminal of this process: how large it is, and a screen of its own on it (xterm's alternate screen), which goes
 * again with what was there before. Used by one thread; {@link #close} by any.
 */
public final class Terminal implements AutoCloseable {
    private static final int USUAL_COLUMNS = 80;
    private static final int USUAL_LINES = 24;
    private static final Pattern SIZE = Pattern.compile("([1-9][0-9]{0,3}) ([1-9][0-9]{0,3})");
    private static final long PATIENCE_SECONDS = 1;
    private static final String OPEN = "\u001b[?1049h\u001b[?25l";
    private static final String CLOSE = "\u001b[?25h\u001b[?1049l";
    private static final String HOME = "\u001b[H";
    private static final String TO_END_OF_LINE = "\u001b[K";
    private static final String TO_END_OF_SCREEN = "\u001b[J";

    /** How large a screen is, in characters. */
    public record Size(int columns, int lines) {}

    private final PrintWriter out;
    private final Map<String, String> environment;
    private boolean open;

    /** @param environment {@code COLUMNS} and {@code LINES} tell the size where there is no terminal */
    public Terminal(PrintWriter out, Map<String, String> environment) {
        this.out = out;
        this.environment = environment;
    }

    /** Whether the standard output is a terminal (POSIX, {@code test -t}). */
    public boolean isTerminal() {
        try {
            return new ProcessBuilder("test", "-t", "1")
                            .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Its size now, asked anew each time, so that a resize is seen; 80 by 24 where it cannot be told. */
    public Size size() {
        Matcher size = SIZE.matcher(isTerminal() ? stty() : "");
        return size.matches()
                ? new Size(Integer.parseInt(size.group(2)), Integer.parseInt(size.group(1)))
                : new Size(variable("COLUMNS", USUAL_COLUMNS), variable("LINES", USUAL_LINES));
    }

    private int variable(String name, int usual) {
        String value = environment.getOrDefault(name, "");
        return value.matches("[1-9][0-9]{0,3}") ? Integer.parseInt(value) : usual;
    }

    private static String stty() {
        try {
            Process process = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroy();
                return "";
            }
            return new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).trim();
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }

    /** Replaces what is on the screen. */
    public synchronized void show(List<String> lines) {
        out.print(open ? "" : OPEN);
        open = true;
        out.print(HOME + String.join(TO_END_OF_LINE + "\r\n", lines) + TO_END_OF_LINE + TO_END_OF_SCREEN);
        out.flush();
    }

    /** Gives the terminal back as it was. Does nothing when called again. */
    @Override
    public synchronized void close() {
        if (open) {
            open = false;
            out.print(CLOSE);
            out.flush();
        }
    }
}
