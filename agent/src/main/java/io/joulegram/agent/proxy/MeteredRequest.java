package io.joulegram.agent.proxy;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One request that passes the proxy: who sent it, how it went, its tokens and its energy. Thread-safe.
 *
 * <p>A request is open while it is under way, then waits until the daemon has booked the time up to its end, and then is
 * settled; or it is dropped, where the daemon has been silent for too long.
 */
final class MeteredRequest {
    /** How a request ended. */
    enum Outcome {
        /** It is under way. */
        OPEN("open"),
        /** The answer came to its end. */
        COMPLETED("completed"),
        /** The client went away before. */
        CANCELLED("cancelled"),
        /** The server refused it, could not be reached, or broke off. */
        FAILED("failed");

        private final String label;

        Outcome(String label) {
            this.label = label;
        }

        /** The value of the {@code outcome} label. */
        String label() {
            return label;
        }
    }

    /** How far its energy is known. */
    enum Settlement {
        /** More may come. */
        PENDING("pending"),
        /** It is whole. */
        SETTLED("settled"),
        /** The daemon did not tell it. */
        UNKNOWN("unknown");

        private final String label;

        Settlement(String label) {
            this.label = label;
        }

        String label() {
            return label;
        }
    }

    /**
     * What is known when it comes.
     *
     * @param id that of the answer's {@code joulegram-request-id}
     * @param tenant whose it is
     * @param path without the query
     * @param traceId of its {@code traceparent}; empty if it has none
     * @param startMillis since 1970
     */
    record Origin(String id, String tenant, String path, String traceId, long startMillis) {}

    private final Origin origin;
    private final RequestWork work;
    private String requestModel = "";
    private String responseModel = "";
    private OptionalInt status = OptionalInt.empty();
    private OptionalLong firstByteMillis = OptionalLong.empty();
    private Outcome outcome = Outcome.OPEN;
    private OptionalLong endMillis = OptionalLong.empty();
    private Settlement settlement = Settlement.PENDING;
    private EnergyShare energy = EnergyShare.NONE;
    private boolean missing;

    MeteredRequest(Origin origin) {
        this.origin = origin;
        work = new RequestWork(origin.startMillis());
    }

    Origin origin() {
        return origin;
    }

    RequestWork work() {
        return work;
    }

    /** The body names a model. */
    synchronized void asksFor(String model) {
        requestModel = model;
    }

    /** The answer names a model. */
    synchronized void answeredBy(String model) {
        responseModel = model;
    }

    /** The head of the answer came. */
    synchronized void answered(long unixMillis, int code) {
        status = OptionalInt.of(code);
        firstByteMillis = OptionalLong.of(unixMillis);
    }

    /** It has ended; further calls change nothing. */
    synchronized void end(long unixMillis, Outcome how) {
        if (outcome != Outcome.OPEN) {
            return;
        }
        outcome = how;
        endMillis = OptionalLong.of(unixMillis);
        if (how == Outcome.FAILED && (status.isEmpty() || status.getAsInt() >= 400)) {
            work.endWithoutWork(unixMillis);
        } else {
            work.end(unixMillis);
        }
    }

    /** Its part of an interval. */
    synchronized void book(EnergyShare share) {
        energy = energy.plus(share);
    }

    /** Some of its energy is in no book. */
    synchronized void miss() {
        missing = true;
    }

    /** Whether some of its energy is in no book. */
    synchronized boolean isMissing() {
        return missing;
    }

    /** No more energy will come. */
    synchronized void settle(Settlement how) {
        settlement = how;
    }

    /** The model asked for; empty if not known. */
    synchronized String requestModel() {
        return requestModel;
    }

    /** The model that answers; empty if not known. */
    synchronized String responseModel() {
        return responseModel;
    }

    synchronized OptionalInt status() {
        return status;
    }

    /** When the head of the answer came, since 1970; empty if it did not. */
    synchronized OptionalLong firstByteMillis() {
        return firstByteMillis;
    }

    synchronized Outcome outcome() {
        return outcome;
    }

    /** When it ended, since 1970; empty if it has not. */
    synchronized OptionalLong endMillis() {
        return endMillis;
    }

    synchronized Settlement settlement() {
        return settlement;
    }

    /** What it has got so far. */
    synchronized EnergyShare energy() {
        return energy;
    }
}
