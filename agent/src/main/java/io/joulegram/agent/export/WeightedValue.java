package io.joulegram.agent.export;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * One item of an {@code Accept} or {@code Accept-Encoding} header (RFC 9110, section 12.5).
 *
 * @param value media range or content coding, in lower case
 * @param parameters its parameters but {@code q}; names and values in lower case
 * @param weight how much the client wants it, 0 (not at all) to 1
 */
record WeightedValue(String value, Map<String, String> parameters, double weight) {
    /** {@code qvalue} of RFC 9110, section 12.4.2. */
    private static final Pattern WEIGHT = Pattern.compile("0(\\.[0-9]{0,3})?|1(\\.0{0,3})?");

    WeightedValue {
        parameters = Map.copyOf(parameters);
    }

    /** Reads the lines of a header. An item that is malformed is left out, as if the client had not sent it. */
    static List<WeightedValue> parse(List<String> headerLines) {
        List<WeightedValue> values = new ArrayList<>();
        for (String line : headerLines) {
            for (String item : line.split(",", -1)) {
                parseItem(item.toLowerCase(Locale.ROOT)).ifPresent(values::add);
            }
        }
        return values;
    }

    private static Optional<WeightedValue> parseItem(String item) {
        String[] parts = item.split(";", -1);
        String value = parts[0].trim();
        double weight = 1;
        Map<String, String> parameters = new HashMap<>();
        for (int i = 1; i < parts.length; i++) {
            String[] pair = parts[i].split("=", 2);
            String name = pair[0].trim();
            String argument = pair.length == 2 ? unquoted(pair[1].trim()) : "";
            if (!name.equals("q")) {
                parameters.put(name, argument);
            } else if (WEIGHT.matcher(argument).matches()) {
                weight = Double.parseDouble(argument);
            } else {
                return Optional.empty();
            }
        }
        return value.isEmpty() ? Optional.empty() : Optional.of(new WeightedValue(value, parameters, weight));
    }

    private static String unquoted(String argument) {
        boolean quoted = argument.length() >= 2 && argument.startsWith("\"") && argument.endsWith("\"");
        return quoted ? argument.substring(1, argument.length() - 1) : argument;
    }
}
