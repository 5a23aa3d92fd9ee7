package io.joulegram.agent.export;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpositionFormatTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // Clients that do not say, or name something else.
                "''                                                             | TEXT",
                "*/*                                                            | TEXT",
                "text/html,application/xhtml+xml,*/*;q=0.8                      | TEXT",
                "application/json                                               | TEXT",
                // Clients that name one.
                "text/plain                                                     | TEXT",
                "text/plain;version=0.0.4                                       | TEXT",
                "TEXT/Plain; Version=0.0.4; charset=UTF-8                       | TEXT",
                "text/*                                                         | TEXT",
                "application/openmetrics-text                                   | OPENMETRICS",
                "application/openmetrics-text; version=1.0.0; charset=utf-8     | OPENMETRICS",
                "application/openmetrics-text; version=\"1.0.0\"                | OPENMETRICS",
                "application/*                                                  | OPENMETRICS",
                "application/openmetrics-text;version=0.0.1                     | TEXT",
                "application/openmetrics-text;version=2.0.0,text/plain;q=0.1    | TEXT",
                // Weights.
                "application/openmetrics-text;q=0.1,text/plain;q=0.9            | TEXT",
                "application/openmetrics-text;q=0.9,text/plain;q=0.1            | OPENMETRICS",
                "text/plain;q=0.5,application/openmetrics-text;version=1.0.0    | OPENMETRICS",
                "application/openmetrics-text,*/*                               | OPENMETRICS",
                "application/openmetrics-text,text/plain                        | TEXT",
                "*/*;q=0.9,text/plain;q=0.1                                     | OPENMETRICS",
                "text/plain;version=0.0.4;q=0.2,text/plain;q=0.9,application/*;q=0.5 | OPENMETRICS",
                // Exclusions.
                "application/openmetrics-text;q=0                               | TEXT",
                "application/openmetrics-text;q=0,*/*                           | TEXT",
                "text/plain;q=0                                                 | OPENMETRICS",
                "text/plain;q=0.000,*/*;q=0.1                                   | OPENMETRICS",
                "*/*;q=0,application/openmetrics-text;q=0.1                     | OPENMETRICS",
                // Malformed items are as if they were not there.
                "application/openmetrics-text;q=2,text/plain;q=0.1              | TEXT",
                "application/openmetrics-text;q=x                               | TEXT",
                "application/openmetrics-text;q=                                | TEXT",
                ",;,=;q=1,,                                                     | TEXT",
                // What Prometheus 2.42 with and without native histograms, and 3.x send.
                "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1 | OPENMETRICS",
                "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5,*/*;q=0.1 | OPENMETRICS",
                "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.1 | OPENMETRICS",
                "application/openmetrics-text; version=0.0.1,text/plain;version=0.0.4;q=0.5,*/*;q=0.1 | TEXT",
            })
    void choosesWhatTheClientPrefers(String accept, ExpositionFormat expected) {
        assertThat(ExpositionFormat.preferredBy(WeightedValue.parse(List.of(accept))))
                .hasValue(expected);
    }

    @Test
    void servesTextWithoutAHeaderAndReadsAllItsLines() {
        assertThat(ExpositionFormat.preferredBy(WeightedValue.parse(List.of()))).hasValue(ExpositionFormat.TEXT);
        assertThat(ExpositionFormat.preferredBy(
                        WeightedValue.parse(List.of("text/plain;q=0.1", "application/openmetrics-text"))))
                .hasValue(ExpositionFormat.OPENMETRICS);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"*/*;q=0", "text/plain;q=0,application/openmetrics-text;q=0", "text/*;q=0,application/*;q=0"})
    void servesNothingToAClientThatExcludesBoth(String accept) {
        assertThat(ExpositionFormat.preferredBy(WeightedValue.parse(List.of(accept))))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                     | false",
                "gzip                   | true",
                "GZIP                   | true",
                "x-gzip                 | true",
                "deflate, gzip;q=0.5    | true",
                "*                      | true",
                "*;q=0                  | false",
                "gzip;q=0               | false",
                "gzip;q=0, *            | false",
                "identity               | false",
                "identity;q=0.5, gzip   | true",
                "identity, gzip;q=0.5   | false",
                "br, zstd               | false",
                "gzip;q=nonsense        | false",
            })
    void compressesForThoseWhoTakeIt(String acceptEncoding, boolean expected) {
        assertThat(ContentCoding.isGzipPreferred(WeightedValue.parse(List.of(acceptEncoding))))
                .isEqualTo(expected);
    }
}
