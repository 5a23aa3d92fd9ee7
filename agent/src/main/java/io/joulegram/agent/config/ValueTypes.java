package io.joulegram.agent.config;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The types of value that the configuration knows. */
final class ValueTypes {
    /** One year of amortization: 365.25 days, the Julian year. */
    static final Duration YEAR = Duration.ofHours(8766);

    /** Longer texts are no numbers; the bound keeps a hostile exponent from costing time. */
    private static final int MAX_NUMBER_LENGTH = 24;

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?(?:[0-9]+(?:\\.[0-9]+)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?");
    private static final Pattern QUANTITY = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)([A-Za-z]*)");

    private static final Map<String, BigDecimal> NANOS_PER_UNIT = Map.of(
            "ms", BigDecimal.valueOf(1_000_000L),
            "s", BigDecimal.valueOf(1_000_000_000L),
            "m", BigDecimal.valueOf(60_000_000_000L),
            "h", BigDecimal.valueOf(3_600_000_000_000L));
    private static final Map<String, BigDecimal> NANOS_PER_YEAR = Map.of("y", BigDecimal.valueOf(YEAR.toNanos()));
    private static final Map<String, BigDecimal> BYTES_PER_UNIT = Map.of(
            "B", BigDecimal.ONE,
            "KB", BigDecimal.valueOf(1_000L),
            "MB", BigDecimal.valueOf(1_000_000L),
            "GB", BigDecimal.valueOf(1_000_000_000L),
            "KiB", BigDecimal.valueOf(1L << 10),
            "MiB", BigDecimal.valueOf(1L << 20),
            "GiB", BigDecimal.valueOf(1L << 30));

    private static final Map<String, BigDecimal> MILLIGRAMS_PER_UNIT = Map.of(
            "g", BigDecimal.valueOf(1_000L),
            "kg", BigDecimal.valueOf(1_000_000L),
            "t", BigDecimal.valueOf(1_000_000_000L));

    private ValueTypes() {}

    /** YAML 1.2 knows two words for it; {@code yes} and {@code on} are texts. */
    static final ValueType<Boolean> FLAG = ValueType.of("`true` or `false`", text -> switch (text) {
        case "true" -> true;
        case "false" -> false;
        default -> throw new BadValueException("is neither");
    });

    /** A file or directory; whether it exists is for its user to say. */
    static final ValueType<Path> PATH = ValueType.of("a path", text -> {
        if (text.isBlank()) {
            throw new BadValueException("is empty");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new BadValueException("is not a path: " + e.getReason());
        }
    });

    /** A metric name of the Prometheus data model. */
    static final ValueType<String> METRIC =
            matching("a metric name such as `vllm:prompt_tokens_total`", "[a-zA-Z_:][a-zA-Z0-9_:]{0,199}");

    /** A label name of the Prometheus data model. */
    static final ValueType<String> LABEL =
            matching("a label name such as `model_name`", "[a-zA-Z_][a-zA-Z0-9_]{0,199}");

    /** Text whose whole must match. */
    static ValueType<String> matching(String allowed, String regex) {
        Pattern pattern = Pattern.compile(regex);
        return ValueType.of(allowed, text -> {
            if (!pattern.matcher(text).matches()) {
                throw new BadValueException("is not one");
            }
            return text;
        });
    }

    /** One constant of an enum, written in lower case. */
    static <E extends Enum<E>> ValueType<E> choice(Class<E> type) {
        E[] constants = type.getEnumConstants();
        String allowed = Arrays.stream(constants)
                .map(constant -> "`" + word(constant) + "`")
                .collect(Collectors.joining(", "));
        return ValueType.of(
                allowed,
                text -> Arrays.stream(constants)
                        .filter(constant -> word(constant).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new BadValueException("is none of these")));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    /** A decimal number within bounds, both included. */
    static ValueType<Double> number(String unit, String least, String most) {
        String allowed = "a number from " + least + " to " + most + (unit.isEmpty() ? "" : " (" + unit + ")");
        double lower = Double.parseDouble(least);
        double upper = Double.parseDouble(most);
        return ValueType.of(allowed, text -> {
            if (text.length() > MAX_NUMBER_LENGTH || !NUMBER.matcher(text).matches()) {
                throw new BadValueException("is not a number");
            }
            double value = Double.parseDouble(text);
            if (value < lower || value > upper) {
                throw new BadValueException("is out of range");
            }
            return value;
        });
    }

    /** A decimal number within bounds, or {@code none}. */
    static ValueType<OptionalDouble> numberOrNone(String unit, String least, String most) {
        return numberOr("none", unit, least, most);
    }

    /** A decimal number within bounds, or {@code auto}. */
    static ValueType<OptionalDouble> numberOrAuto(String unit, String least, String most) {
        return numberOr("auto", unit, least, most);
    }

    private static ValueType<OptionalDouble> numberOr(String word, String unit, String least, String most) {
        return number(unit, least, most)
                .or(word)
                .map(value -> value.map(OptionalDouble::of).orElseGet(OptionalDouble::empty));
    }

    /** A whole number within bounds, both included. */
    static ValueType<Integer> count(int least, int most) {
        Pattern digits = Pattern.compile("[0-9]{1,9}");
        return ValueType.of("a whole number from " + least + " to " + most, text -> {
            if (!digits.matcher(text).matches()) {
                throw new BadValueException("is not a whole number");
            }
            int value = Integer.parseInt(text);
            if (value < least || value > most) {
                throw new BadValueException("is out of range");
            }
            return value;
        });
    }

    /** A duration such as {@code 100ms}, {@code 5s}, {@code 2m} or {@code 1h}, within bounds, both included. */
    static ValueType<Duration> duration(String least, String most) {
        return quantity("a duration from " + least + " to " + most + " (ms, s, m, h)", NANOS_PER_UNIT, least, most)
                .map(Duration::ofNanos);
    }

    /** A span of years such as {@code 4y}, within bounds, both included. */
    static ValueType<Duration> years(String least, String most) {
        return quantity("years from " + least + " to " + most, NANOS_PER_YEAR, least, most)
                .map(Duration::ofNanos);
    }

    /** A number of bytes such as {@code 16MB} (10^6) or {@code 16MiB} (2^20), within bounds, both included. */
    static ValueType<Long> size(String least, String most) {
        return quantity(
                "a size from " + least + " to " + most + " (B, KB, MB, GB, KiB, MiB, GiB)",
                BYTES_PER_UNIT,
                least,
                most);
    }

    /** A mass in grams such as {@code 500kg}, within bounds, both included. */
    static ValueType<Double> mass(String least, String most) {
        return quantity("a mass from " + least + " to " + most + " (g, kg, t)", MILLIGRAMS_PER_UNIT, least, most)
                .map(milligrams -> milligrams / 1e3);
    }

    /** A time zone of the IANA database, or {@code system} for that of the machine. */
    static final ValueType<ZoneId> TIME_ZONE =
            ValueType.of("`system` or a time zone such as `Europe/Berlin` or `UTC`", text -> {
                try {
                    return text.equals("system") ? ZoneId.systemDefault() : ZoneId.of(text);
                } catch (DateTimeException e) {
                    throw new BadValueException("is not a time zone");
                }
            });

    private static ValueType<Long> quantity(String allowed, Map<String, BigDecimal> units, String least, String most) {
        try {
            BigDecimal lower = exact(least, units);
            BigDecimal upper = exact(most, units);
            return ValueType.of(allowed, text -> {
                BigDecimal value = exact(text, units);
                if (value.compareTo(lower) < 0 || value.compareTo(upper) > 0) {
                    throw new BadValueException("is out of range");
                }
                return value.setScale(0, RoundingMode.HALF_UP).longValueExact();
            });
        } catch (BadValueException e) {
            throw new IllegalArgumentException(least + " to " + most + ": " + e.reason(), e);
        }
    }

    private static BigDecimal exact(String text, Map<String, BigDecimal> units) throws BadValueException {
        Matcher matcher = QUANTITY.matcher(text);
        if (text.length() > MAX_NUMBER_LENGTH || !matcher.matches()) {
            throw new BadValueException("is not a number with a unit");
        }
        BigDecimal factor = units.get(matcher.group(2));
        if (factor == null) {
            throw new BadValueException(matcher.group(2).isEmpty() ? "has no unit" : "has an unknown unit");
        }
        return new BigDecimal(matcher.group(1)).multiply(factor);
    }
}
