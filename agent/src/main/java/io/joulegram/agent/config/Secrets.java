package io.joulegram.agent.config;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Fetches secrets from where the configuration says they are. No message of it holds one. */
final class Secrets {
    private static final int MAX_BYTES = 16 * 1024;
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([A-Za-z_][A-Za-z0-9_]*)}");
    /** What a header value can carry unambiguously: RFC 9110 section 5.5 without spaces. */
    private static final Pattern HEADER_SAFE = Pattern.compile("[!-~]+");

    /** Words of such characters with single spaces between them. */
    private static final Pattern HEADER_WORDS = Pattern.compile("[!-~]+(?: [!-~]+)*");

    private final Map<String, String> environment;
    private final Path directory;
    private final boolean words;

    /**
     * @param environment the variables
     * @param directory against which paths are resolved
     */
    Secrets(Map<String, String> environment, Path directory) {
        this(environment, directory, false);
    }

    private Secrets(Map<String, String> environment, Path directory, boolean words) {
        this.environment = Map.copyOf(environment);
        this.directory = directory;
        this.words = words;
    }

    /** The same for secrets of several words, such as {@code Bearer} and a token; the last may be a variable. */
    Secrets ofWords() {
        return new Secrets(environment, directory, true);
    }

    /** The secret in a text: the text itself, or a variable named as <code>${NAME}</code>. */
    String fromText(String text) throws BadValueException {
        int last = words ? text.lastIndexOf(' ') + 1 : 0;
        Matcher variable = VARIABLE.matcher(text).region(last, text.length());
        if (!variable.matches() || text.substring(0, last).contains("${")) {
            if (text.contains("${")) {
                throw new BadValueException("the value is not ${NAME} alone, with a NAME of letters, digits and _");
            }
            return checked(text, "the value");
        }
        String name = variable.group(1);
        String value = environment.get(name);
        if (value == null) {
            throw new BadValueException("the environment variable " + name + " is not set");
        }
        String secret = checked(value, "the value of the environment variable " + name);
        return checked(text.substring(0, last) + secret, "the value");
    }

    /** The secret in a file, without the white space around it. */
    String fromFile(Path file) throws BadValueException {
        Path resolved = directory.resolve(file);
        byte[] bytes;
        try (InputStream in = Files.newInputStream(resolved)) {
            bytes = in.readNBytes(MAX_BYTES + 1);
        } catch (IOException e) {
            throw new BadValueException(Unreadable.because(resolved, e));
        }
        if (bytes.length > MAX_BYTES) {
            throw new BadValueException(resolved + " holds more than " + MAX_BYTES + " bytes");
        }
        return checked(new String(bytes, StandardCharsets.UTF_8).strip(), "the content of " + resolved);
    }

    /** The secret that one of two keys gives; empty, and reported where it is not valid, if there is none. */
    Optional<String> read(
            Scope scope, ConfigKey.Value<Optional<String>> textKey, ConfigKey.Value<Optional<Path>> fileKey) {
        Optional<String> text = scope.get(textKey);
        Optional<Path> file = scope.get(fileKey);
        ConfigKey used = file.isPresent() ? fileKey : textKey;
        if (text.isPresent() && file.isPresent()) {
            scope.report(used, "cannot stand beside " + textKey.path() + "; keep one");
            return Optional.empty();
        }
        try {
            if (file.isPresent()) {
                return Optional.of(fromFile(file.get()));
            }
            return text.isPresent() ? Optional.of(fromText(text.get())) : Optional.empty();
        } catch (BadValueException e) {
            scope.report(used, e.reason() + "; allowed: " + used.allowed());
            return Optional.empty();
        }
    }

    private String checked(String secret, String what) throws BadValueException {
        if (secret.isEmpty()) {
            throw new BadValueException(what + " is empty");
        }
        if (words && !HEADER_WORDS.matcher(secret).matches()) {
            throw new BadValueException(what + " is not words of printable ASCII with single spaces between them");
        }
        if (!words && !HEADER_SAFE.matcher(secret).matches()) {
            throw new BadValueException(what + " has characters other than printable ASCII without spaces");
        }
        return secret;
    }
}
