package io.joulegram.tokens;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;

/** Writes an exposition of metrics in the manner of a server. */
final class MetricsPage {
    private final StringBuilder text = new StringBuilder();
    private final Numbers numbers;
    private final Optional<String> everyTokenCount;

    /** How servers print numbers. */
    enum Numbers {
        /** Python's client library: {@code 12.0}, and from a million on {@code 1.234567e+06}. */
        PYTHON {
            @Override
            String text(double value) {
                String plain = BigDecimal.valueOf(value).toPlainString();
                String python = plain.contains(".") ? plain : plain + ".0";
                int dot = python.indexOf('.');
                if (dot <= 6) {
                    return python;
                }
                String mantissa = (python.charAt(0) + "." + python.substring(1, dot) + python.substring(dot + 1))
                        .replaceAll("[0.]+$", "");
                return mantissa + "e+0" + (dot - 1);
            }
        },
        /** Whole numbers as such, as Rust's and Go's libraries print them. */
        PLAIN {
            @Override
            String text(double value) {
                return value == Math.rint(value) ? String.valueOf((long) value) : String.valueOf(value);
            }
        },
        /** Six digits, as C++ prints a double. */
        SIX_DIGITS {
            @Override
            String text(double value) {
                if (value < 1e6) {
                    return PLAIN.text(value);
                }
                return String.format(Locale.ROOT, "%.5e", new BigDecimal(value, new MathContext(6)))
                        .replaceFirst("\\.?0+e", "e");
            }
        };

        abstract String text(double value);
    }

    /** @param everyTokenCount stands in place of every count of tokens */
    MetricsPage(Numbers numbers, Optional<String> everyTokenCount) {
        this.numbers = numbers;
        this.everyTokenCount = everyTokenCount;
    }

    MetricsPage type(String family, String type) {
        text.append("# HELP ").append(family).append(" Help \"of\" a\\\\metric {with} odd, characters.\n");
        text.append("# TYPE ").append(family).append(' ').append(type).append('\n');
        return this;
    }

    /** @param labels names and values by turns */
    MetricsPage sample(String metric, double value, String... labels) {
        return line(metric, numbers.text(value), labels);
    }

    MetricsPage tokens(String metric, long count, String... labels) {
        return line(metric, everyTokenCount.orElse(numbers.text((double) count)), labels);
    }

    /** A counter of tokens with its TYPE line. */
    MetricsPage tokenCounter(String metric, long count, String... labels) {
        return type(metric, "counter").tokens(metric, count, labels);
    }

    MetricsPage gauge(String metric, double value, String... labels) {
        return type(metric, "gauge").sample(metric, value, labels);
    }

    /** A histogram of one bucket; its numbers are no multiples of any count of tokens. */
    MetricsPage histogram(String family, String... labels) {
        return type(family, "histogram").histogramOf(family, 7919, labels);
    }

    MetricsPage histogramOf(String family, long sum, String... labels) {
        String[] bucket = Arrays.copyOf(labels, labels.length + 2);
        bucket[labels.length] = "le";
        bucket[labels.length + 1] = "+Inf";
        line(family + "_bucket", numbers.text(13), bucket);
        line(family + "_count", numbers.text(13), labels);
        return line(family + "_sum", numbers.text((double) sum), labels);
    }

    MetricsPage raw(String lines) {
        text.append(lines);
        return this;
    }

    private MetricsPage line(String metric, String value, String... labels) {
        text.append(metric);
        if (labels.length > 0) {
            StringJoiner set = new StringJoiner(",", "{", "}");
            for (int i = 0; i < labels.length; i += 2) {
                String escaped = labels[i + 1]
                        .replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replace("\n", "\\n");
                set.add(labels[i] + "=\"" + escaped + "\"");
            }
            text.append(set);
        }
        text.append(' ').append(value).append('\n');
        return this;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
