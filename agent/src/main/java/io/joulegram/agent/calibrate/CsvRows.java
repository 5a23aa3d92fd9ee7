package io.joulegram.agent.calibrate;

import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.regex.Pattern;

/** A CSV file with a header, read row by row, whose every complaint names file and line. */
final class CsvRows {
    private static final long MAX_BYTES = 256L << 20;
    private static final int MAX_SHOWN = 40;
    private static final double MAX_EPOCH_SECONDS = 1e11;
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,15}(\\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?");

    /** Takes one row. */
    interface Taker {
        void take(Row row) throws CalibrationException;
    }

    private final Path file;

    CsvRows(Path file) {
        this.file = file;
    }

    /**
     * Gives every row.
     *
     * @param columns that must be there, among others
     * @throws CalibrationException if the file cannot be read, lacks a column, or a row is not accepted
     */
    void each(List<String> columns, Taker taker) throws CalibrationException {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new CalibrationException(file + " is larger than 256 MiB, the most that is read");
            }
            try (CsvReader<NamedCsvRecord> rows = CsvReader.builder().ofNamedCsvRecord(file)) {
                for (NamedCsvRecord row : rows) {
                    for (String column : columns) {
                        if (!row.getHeader().contains(column)) {
                            throw new CalibrationException(file + ":1: the header lacks the column " + column
                                    + "; needed: " + String.join(",", columns));
                        }
                    }
                    taker.take(new Row(row));
                }
            }
        } catch (CsvParseException | UncheckedIOException e) {
            throw new CalibrationException(file + ": is not CSV in UTF-8: " + rootOf(e), e);
        } catch (NoSuchFileException e) {
            throw new CalibrationException(file + " does not exist", e);
        } catch (MalformedInputException e) {
            throw new CalibrationException(file + ": is not CSV in UTF-8", e);
        } catch (IOException e) {
            throw new CalibrationException(file + " cannot be read: " + e, e);
        }
    }

    private static String rootOf(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }

    /** One row. */
    final class Row {
        private final NamedCsvRecord row;

        private Row(NamedCsvRecord row) {
            this.row = row;
        }

        String text(String column) throws CalibrationException {
            return row.findField(column)
                    .map(String::strip)
                    .filter(text -> !text.isEmpty())
                    .orElseThrow(() -> wrong(column, "is empty"));
        }

        double number(String column, double least, double most) throws CalibrationException {
            String text = text(column);
            double value = NUMBER.matcher(text).matches() ? Double.parseDouble(text) : Double.NaN;
            if (!(value >= least && value <= most)) {
                throw wrong(column, shown(text) + " is not a number from " + plain(least) + " to " + plain(most));
            }
            return value;
        }

        /** A time with offset, such as {@code 2026-03-05T10:00:00.5Z}, or seconds since 1970. */
        Instant time(String column) throws CalibrationException {
            String text = text(column);
            if (NUMBER.matcher(text).matches()) {
                double seconds = number(column, 0, MAX_EPOCH_SECONDS);
                return Instant.ofEpochSecond((long) seconds, Math.round((seconds - Math.floor(seconds)) * 1e9));
            }
            try {
                return OffsetDateTime.parse(text.replaceFirst(" ", "T")).toInstant();
            } catch (DateTimeException e) {
                throw wrong(
                        column,
                        shown(text) + " is neither a time with offset such as 2026-03-05T10:00:00.5Z nor seconds since"
                                + " 1970");
            }
        }

        CalibrationException wrong(String column, String message) {
            return new CalibrationException(file + ":" + row.getStartingLineNumber() + ": " + column + ": " + message);
        }

        private static String shown(String text) {
            String plain = text.replaceAll("\\p{Cntrl}", "?");
            return "\"" + (plain.length() > MAX_SHOWN ? plain.substring(0, MAX_SHOWN) + "..." : plain) + "\"";
        }

        private static String plain(double number) {
            return number == Math.rint(number) ? String.valueOf((long) number) : String.valueOf(number);
        }
    }
}
