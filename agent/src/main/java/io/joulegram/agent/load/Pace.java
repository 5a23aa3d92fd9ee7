package io.joulegram.agent.load;

import java.util.Locale;

/** When requests are sent. */
public sealed interface Pace {
    /**
     * So many clients, each of which sends its next request when the last one is answered: a closed loop.
     *
     * @param clients 1 to 100,000
     */
    record Concurrency(int clients) implements Pace {
        private static final int MOST = 100_000;

        /** @throws IllegalArgumentException if it is out of range */
        public Concurrency {
            if (clients < 1 || clients > MOST) {
                throw new IllegalArgumentException("a concurrency is 1 to " + MOST + ", not " + clients);
            }
        }

        @Override
        public double value() {
            return clients;
        }

        @Override
        public String kind() {
            return "concurrency";
        }

        @Override
        public String toString() {
            return clients + " at a time";
        }
    }

    /**
     * Requests whatever the server does, at instants of a Poisson process: an open loop. Latency counts from the instant at
     * which a request should have been sent.
     *
     * @param perSecond mean rate, above 0 and up to 100,000
     */
    record Rate(double perSecond) implements Pace {
        private static final double MOST = 100_000;

        /** @throws IllegalArgumentException if it is out of range */
        public Rate {
            if (!(perSecond > 0 && perSecond <= MOST)) {
                throw new IllegalArgumentException("a rate is above 0 and at most 100000 a second, not " + perSecond);
            }
        }

        @Override
        public double value() {
            return perSecond;
        }

        @Override
        public String kind() {
            return "rate";
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%s a second", perSecond == Math.rint(perSecond) ? (long) perSecond : perSecond);
        }
    }

    /** The figure in it. */
    double value();

    /** {@code concurrency} or {@code rate}. */
    String kind();
}
