package io.joulegram.agent.proxy;

import io.netty.handler.codec.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What a request has taken, estimated before the daemon has booked its time: its tokens by what tokens cost of late.
 *
 * @param joules active energy at the facility
 * @param grams CO2e, embodied included; empty if the grid's intensity is not known
 */
record Estimate(double joules, OptionalDouble grams) {
    /** The value of the header {@code joulegram-energy-method}. */
    static final String METHOD = "estimate";

    /** Empty if it is not known yet what tokens cost. */
    static Optional<Estimate> of(Usage usage, TokenCosts costs) {
        OptionalDouble joules = costs.joules(usage);
        return joules.isPresent()
                ? Optional.of(new Estimate(joules.getAsDouble(), costs.grams(usage)))
                : Optional.empty();
    }

    /** Adds it to the headers of an answer. */
    void addTo(HttpHeaders headers) {
        headers.set("joulegram-energy-joules", text(joules)).set("joulegram-energy-method", METHOD);
        grams.ifPresent(known -> headers.set("joulegram-co2-grams", text(known)));
    }

    /** The same as a member of JSON with its name. */
    static byte[] member(String requestId, Optional<Estimate> estimate) {
        StringBuilder json = new StringBuilder("\"joulegram\":{\"request_id\":\"" + requestId + '"');
        estimate.ifPresent(known -> {
            json.append(",\"energy_joules\":").append(text(known.joules));
            known.grams.ifPresent(value -> json.append(",\"co2_grams\":").append(text(value)));
            json.append(",\"energy_method\":\"").append(METHOD).append('"');
        });
        return json.append('}').toString().getBytes(StandardCharsets.US_ASCII);
    }

    /** Four digits that mean something, without an exponent. */
    static String text(double value) {
        if (value == 0) {
            return "0";
        }
        int digits = Math.max(0, 3 - (int) Math.floor(Math.log10(Math.abs(value))));
        return String.format(Locale.ROOT, "%." + digits + "f", value);
    }
}
