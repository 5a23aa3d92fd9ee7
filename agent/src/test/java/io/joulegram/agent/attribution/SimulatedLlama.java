package io.joulegram.agent.attribution;

import io.joulegram.power.Component;
import io.joulegram.tokens.BusySlots;
import io.joulegram.tokens.EngineTraits;
import io.joulegram.tokens.EngineTraits.CountsAt;
import io.joulegram.tokens.ModelTokens;
import io.joulegram.tokens.Scrape;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Random;

/**
 * A server that counts as llama.cpp's does since August 2026, beside a GPU that draws 400 W while it computes and 75 W else, and
 * the accounts that scrapes of it make. Prompts and their time are counted by batches that have output, output and its time at
 * the end of requests, calls of {@code llama_decode()} as they are made; six digits of each are told. In a batch every slot that
 * writes has a token, and up to 2048 tokens of prompts are read.
 *
 * <p>What each request truly took: of a batch with prompts, which is all prefill, the part of its tokens; of another the same as
 * every request in it.
 */
public final class SimulatedLlama {
    /** Of the GPU beyond idle, in microjoules a microsecond. */
    private static final long ACTIVE_WATTS = 325;

    private static final long IDLE_WATTS = 75;
    private static final long SCRAPE_MICROS = 1_000_000;
    static final int BATCH_TOKENS = 2048;
    private static final MathContext SIX_DIGITS = new MathContext(6);

    private final Tank gpu = new Tank();
    private final Attribution attribution = new Attribution(TokenWeights.DEFAULT, 1);
    private final Witness witness;
    private final int slots;
    private final long stepMicros;
    private final long promptTokenMicros;
    private final List<Request> running = new ArrayList<>();
    private long micros;
    private long promptTokens;
    private long promptMicros;
    private long flushedTokens;
    private long flushedMicros;
    private long predictedTokens;
    private long predictedMicros;
    private long decodes;
    private long busySlots;

    /** Who sees what it does. */
    public interface Witness {
        /** A request came. */
        void began(Request request);

        /** A token of its answer came. */
        default void wrote(Request request) {}

        /** A scrape was booked. */
        default void scraped() {}
    }

    /** One request and its truth. */
    public static final class Request {
        private final int prompt;
        private final int output;
        private int read;
        private int written;
        private long firstMicros;
        private double prefillMicrojoules;
        private double decodeMicrojoules;

        private Request(int prompt, int output) {
            this.prompt = prompt;
            this.output = output;
        }

        /** Tokens of its prompt. */
        public int prompt() {
            return prompt;
        }

        /** Tokens of its answer. */
        public int output() {
            return output;
        }

        /** Whether the whole answer has come. */
        public boolean isOver() {
            return written == output;
        }

        /** What reading its prompt took beyond idle. */
        public double prefillMicrojoules() {
            return prefillMicrojoules;
        }

        /** What writing took beyond idle. */
        public double decodeMicrojoules() {
            return decodeMicrojoules;
        }
    }

    /**
     * Sets it up, at rest.
     *
     * @param stepMicros what a batch takes
     * @param promptTokenMicros what each token of a prompt in it takes more
     * @param decodesBefore calls that it has counted already
     */
    public SimulatedLlama(int slots, long stepMicros, long promptTokenMicros, long decodesBefore, Witness witness) {
        this.slots = slots;
        this.stepMicros = stepMicros;
        this.promptTokenMicros = promptTokenMicros;
        this.witness = witness;
        decodes = decodesBefore;
        busySlots = 2 * decodesBefore;
    }

    /**
     * Serves for two minutes, then what is under way to its end.
     *
     * @param prompt tokens of a prompt: from half of that to one and a half
     * @param output likewise of an answer
     * @param gapMicros from one request to the next, on average; 0: as soon as there is a slot
     */
    public void serve(int prompt, int output, long gapMicros) {
        Random random = new Random(20);
        long end = millis() + 120_000;
        long next = millis();
        while (millis() < end || !running.isEmpty()) {
            while (millis() < end && millis() >= next && running.size() < slots) {
                Request request = new Request(about(prompt, random), about(output, random));
                running.add(request);
                witness.began(request);
                next -= gapMicros == 0 ? 0 : (long) (Math.log(1 - random.nextDouble()) * gapMicros / 1000);
            }
            if (running.isEmpty()) {
                rest(Math.max(1, next - millis()) * 1000);
            } else {
                step();
            }
        }
    }

    private static int about(int mean, Random random) {
        return mean / 2 + random.nextInt(mean);
    }

    /** Milliseconds since it was set up. */
    public long millis() {
        return micros / 1000;
    }

    /** Does nothing for a while. */
    public void rest(long restMicros) {
        flush();
        pass(restMicros, IDLE_WATTS);
    }

    /** Computes one batch. */
    private void step() {
        long left = BATCH_TOKENS - running.stream().filter(this::writes).count();
        Map<Request, Integer> reads = new HashMap<>();
        for (Request request : running) {
            int tokens = (int) Math.min(left, request.prompt - request.read);
            if (tokens > 0) {
                reads.put(request, tokens);
                left -= tokens;
            }
        }
        long tokens = reads.values().stream().mapToLong(count -> count).sum();
        long took = stepMicros + promptTokenMicros * tokens;
        List<Request> writers = running.stream().filter(this::writes).toList();
        pass(took, IDLE_WATTS + ACTIVE_WATTS);
        decodes++;
        busySlots += running.size();
        promptTokens += tokens;
        promptMicros += tokens > 0 ? took : 0;
        reads.forEach((request, count) -> {
            request.read += count;
            request.prefillMicrojoules += (double) (ACTIVE_WATTS * took * count) / tokens;
        });
        for (Request writer : writers) {
            writer.decodeMicrojoules += tokens > 0 ? 0 : (double) (ACTIVE_WATTS * took) / writers.size();
        }
        List<Request> written = running.stream().filter(this::writes).toList();
        if (!written.isEmpty()) {
            flush();
        }
        written.forEach(this::write);
    }

    private void flush() {
        flushedTokens = promptTokens;
        flushedMicros = promptMicros;
    }

    private boolean writes(Request request) {
        return request.read == request.prompt;
    }

    private void write(Request request) {
        request.firstMicros = request.written++ == 0 ? micros : request.firstMicros;
        witness.wrote(request);
        if (request.isOver()) {
            predictedTokens += request.output;
            predictedMicros += micros - request.firstMicros;
            running.remove(request);
        }
    }

    private void pass(long time, long watts) {
        long end = micros + time;
        while (micros < end) {
            long until = Math.min(end, (micros / SCRAPE_MICROS + 1) * SCRAPE_MICROS);
            gpu.microjoules += watts * (until - micros);
            micros = until;
            gpu.untilNanos = micros * 1000;
            if (micros % SCRAPE_MICROS == 0) {
                scrape();
            }
        }
    }

    private void scrape() {
        attribution.advance(
                micros * 1000,
                new Conditions(
                        List.of(new MeterFeed(Component.GPU, "0", gpu, true)),
                        List.of(),
                        Map.of("0", List.of("s")),
                        Map.of(),
                        OptionalDouble.empty(),
                        OptionalDouble.empty()));
        ModelTokens tokens = new ModelTokens(
                "m",
                told(flushedTokens, 1),
                told(0, 1),
                told(predictedTokens, 1),
                OptionalDouble.of((double) running.size()),
                OptionalDouble.of(0),
                OptionalLong.empty(),
                OptionalLong.empty(),
                told(flushedMicros, 1e6),
                told(predictedMicros, 1e6),
                told(decodes, 1),
                Optional.of(new BusySlots(
                        sixDigits((double) decodes), sixDigits((double) busySlots / Math.max(1, decodes)))),
                true);
        EngineTraits traits = new EngineTraits("llamacpp", false, CountsAt.FINISHED);
        attribution.onScrape("s", new Scrape(micros * 1000, 0, traits, false, List.of(tokens)));
        witness.scraped();
    }

    private static OptionalLong told(long count, double perUnit) {
        return OptionalLong.of(Math.round(sixDigits(count / perUnit) * perUnit));
    }

    private static double sixDigits(double value) {
        return new BigDecimal(value).round(SIX_DIGITS).doubleValue();
    }

    /** What the server has counted of output. */
    public long predictedTokens() {
        return predictedTokens;
    }

    /** The account of its model; there is one after the first scrape. */
    public ModelAccount account() {
        return attribution.servers().iterator().next().models().iterator().next();
    }

    /** What the GPU has drawn up to the newest scrape and is in no account. */
    long missingMicrojoules() {
        long booked = account().total().totalMicrojoules()
                + attribution.pending().totalMicrojoules()
                + attribution.unattributed().totalMicrojoules();
        return attribution.facilityMicrojoules().getOrDefault(Component.GPU, 0L) - booked;
    }
}
