package io.joulegram.agent.demo;

import java.util.Random;
import java.util.function.IntToLongFunction;

/**
 * The simulated world, as a pure function of time: what two engines of a 70B model do on four GPUs each, and the energy
 * it takes. Tokens and joules come from one and the same slots, so at every instant
 *
 * <pre>GPU energy = idle power * time + prefill energy * computed prompt tokens + decode energy * output tokens</pre>
 *
 * up to the rounding of counters and a noise that is zero over every 100 ms. The energies per token are chosen so that
 * the GPUs take about 1.3 J per output token over a day, idle included, and 0.9 J in a burst: in the range that the
 * ML.ENERGY leaderboard has for Llama 3.1 70B on H100.
 *
 * <p>Instants are on the clock of {@link System#nanoTime()}; before the start every counter is 0. Immutable; any thread.
 */
public final class Workload {
    /** Engines, which share the requests (data parallel). */
    public static final int ENGINES = 2;

    /** GPUs, of which each engine has its half (tensor parallel). */
    public static final int GPUS = 8;

    /** Processor packages, each with one domain of memory. */
    public static final int SOCKETS = 2;

    /** What each GPU draws while nothing runs, the weights being loaded. */
    public static final long GPU_IDLE_WATTS = 75;

    /** GPU energy of a prompt token that is not from the cache. */
    public static final long PREFILL_MICROJOULES_PER_TOKEN = 150_000;

    /** GPU energy of an output token. */
    public static final long DECODE_MICROJOULES_PER_TOKEN = 500_000;

    private static final int GPUS_PER_ENGINE = GPUS / ENGINES;
    private static final long MICROJOULES_PER_WATT_AND_SLOT = SlotCounter.SLOT_NANOS / 1000;

    /** Boards are not alike. Sums to 1000. */
    private static final long[] GPU_SHARE_PERMILLE = {248, 252, 251, 249};

    private static final int GPU_NOISE_WATTS = 2;
    private static final long CPU_IDLE_WATTS = 110;
    private static final long CPU_MICROJOULES_PER_TOKEN = 10_000;
    private static final long DRAM_IDLE_WATTS = 24;
    private static final long DRAM_MICROJOULES_PER_TOKEN = 4_000;

    private final long startNanos;
    private final EngineTape[] engines = new EngineTape[ENGINES];
    private final SlotCounter[] computedPromptTokens = new SlotCounter[ENGINES];
    private final SlotCounter[] cachedPromptTokens = new SlotCounter[ENGINES];
    private final SlotCounter[] generatedTokens = new SlotCounter[ENGINES];
    private final SlotCounter[] finishedRequests = new SlotCounter[ENGINES];
    private final SlotCounter[] finishedMicroseconds = new SlotCounter[ENGINES];
    private final SlotCounter[] gpus = new SlotCounter[GPUS];
    private final SlotCounter[] cpus = new SlotCounter[SOCKETS];
    private final SlotCounter[] drams = new SlotCounter[SOCKETS];

    /**
     * Simulates one period of ten minutes, which then repeats.
     *
     * @param startNanos when it begins; the first five seconds are idle
     * @param seed the same seed gives the same world
     */
    public Workload(long startNanos, long seed) {
        this.startNanos = startNanos;
        Random random = new Random(seed);
        for (int engine = 0; engine < ENGINES; engine++) {
            EngineTape tape = EngineTape.record(ENGINES, random.nextLong());
            engines[engine] = tape;
            computedPromptTokens[engine] = new SlotCounter(tape.computedPromptTokens);
            cachedPromptTokens[engine] = new SlotCounter(tape.cachedPromptTokens);
            generatedTokens[engine] = new SlotCounter(tape.generatedTokens);
            finishedRequests[engine] = new SlotCounter(tape.finishedRequests);
            finishedMicroseconds[engine] = new SlotCounter(tape.finishedMicroseconds);
            for (int rank = 0; rank < GPUS_PER_ENGINE; rank++) {
                gpus[engine * GPUS_PER_ENGINE + rank] = gpuEnergy(tape, GPU_SHARE_PERMILLE[rank], random);
            }
            // One engine's processes are bound to one socket.
            cpus[engine] = hostEnergy(tape, CPU_IDLE_WATTS, CPU_MICROJOULES_PER_TOKEN);
            drams[engine] = hostEnergy(tape, DRAM_IDLE_WATTS, DRAM_MICROJOULES_PER_TOKEN);
        }
    }

    private static SlotCounter gpuEnergy(EngineTape tape, long sharePermille, Random random) {
        long[] microjoules = new long[tape.generatedTokens.length];
        long noise = 0;
        for (int slot = 0; slot < microjoules.length; slot++) {
            // Every other slot takes back the noise of the one before, so that it adds nothing.
            int most = GPU_NOISE_WATTS * (int) MICROJOULES_PER_WATT_AND_SLOT;
            noise = slot % 2 == 0 ? random.nextInt(-most, most + 1) : -noise;
            long active = tape.computedPromptTokens[slot] * PREFILL_MICROJOULES_PER_TOKEN
                    + tape.generatedTokens[slot] * DECODE_MICROJOULES_PER_TOKEN;
            microjoules[slot] = GPU_IDLE_WATTS * MICROJOULES_PER_WATT_AND_SLOT + active * sharePermille / 1000 + noise;
        }
        return new SlotCounter(microjoules);
    }

    private static SlotCounter hostEnergy(EngineTape tape, long idleWatts, long microjoulesPerToken) {
        long[] microjoules = new long[tape.generatedTokens.length];
        for (int slot = 0; slot < microjoules.length; slot++) {
            microjoules[slot] =
                    idleWatts * MICROJOULES_PER_WATT_AND_SLOT + tape.generatedTokens[slot] * microjoulesPerToken;
        }
        return new SlotCounter(microjoules);
    }

    /**
     * What happened between two instants, summed over all engines and devices.
     *
     * @param promptTokens prompt tokens, those from the cache included
     * @param cachedPromptTokens prompt tokens from the cache, which took no energy
     * @param generatedTokens output tokens
     * @param gpuMicrojoules energy of the GPUs
     * @param gpuIdleMicrojoules the part of it that they would have taken without any request
     * @param cpuMicrojoules energy of the processor packages
     * @param dramMicrojoules energy of the memory
     */
    public record Truth(
            long promptTokens,
            long cachedPromptTokens,
            long generatedTokens,
            long gpuMicrojoules,
            long gpuIdleMicrojoules,
            long cpuMicrojoules,
            long dramMicrojoules) {}

    /** The truth between two instants: the difference of what the counters show at each of them. */
    public Truth between(long fromNanos, long toNanos) {
        return new Truth(
                difference(ENGINES, this::promptTokens, fromNanos, toNanos),
                difference(ENGINES, this::cachedPromptTokens, fromNanos, toNanos),
                difference(ENGINES, this::generatedTokens, fromNanos, toNanos),
                difference(GPUS, this::gpuMicrojoules, fromNanos, toNanos),
                (elapsed(toNanos) - elapsed(fromNanos)) / 1000 * GPU_IDLE_WATTS * GPUS,
                difference(SOCKETS, this::cpuMicrojoules, fromNanos, toNanos),
                difference(SOCKETS, this::dramMicrojoules, fromNanos, toNanos));
    }

    private interface Counter {
        long at(int index, long atNanos);
    }

    private static long difference(int count, Counter counter, long fromNanos, long toNanos) {
        return sum(count, index -> counter.at(index, toNanos) - counter.at(index, fromNanos));
    }

    private static long sum(int count, IntToLongFunction value) {
        long sum = 0;
        for (int index = 0; index < count; index++) {
            sum += value.applyAsLong(index);
        }
        return sum;
    }

    /** Prompt tokens of an engine since the start, those from the cache included. */
    public long promptTokens(int engine, long atNanos) {
        return computedPromptTokens[engine].at(elapsed(atNanos)) + cachedPromptTokens(engine, atNanos);
    }

    /** Prompt tokens of an engine since the start that came from the cache. */
    public long cachedPromptTokens(int engine, long atNanos) {
        return cachedPromptTokens[engine].at(elapsed(atNanos));
    }

    /** Output tokens of an engine since the start. */
    public long generatedTokens(int engine, long atNanos) {
        return generatedTokens[engine].at(elapsed(atNanos));
    }

    /** Requests of an engine that have finished since the start. */
    public long finishedRequests(int engine, long atNanos) {
        return finishedRequests[engine].at(elapsed(atNanos));
    }

    /** What those took from their arrival to their end, summed, in microseconds. */
    public long finishedMicroseconds(int engine, long atNanos) {
        return finishedMicroseconds[engine].at(elapsed(atNanos));
    }

    /** Requests in the batch of an engine. */
    public int requestsRunning(int engine, long atNanos) {
        return inSlot(engines[engine].running, atNanos);
    }

    /** Requests in the queue of an engine. */
    public int requestsWaiting(int engine, long atNanos) {
        return inSlot(engines[engine].waiting, atNanos);
    }

    /** Energy of a GPU since the start. */
    public long gpuMicrojoules(int gpu, long atNanos) {
        return gpus[gpu].at(elapsed(atNanos));
    }

    /** Power of a GPU. */
    public double gpuWatts(int gpu, long atNanos) {
        return gpus[gpu].perSecondAt(elapsed(atNanos)) / 1e6;
    }

    /** Energy of a processor package since the start. */
    public long cpuMicrojoules(int socket, long atNanos) {
        return cpus[socket].at(elapsed(atNanos));
    }

    /** Energy of the memory of a socket since the start. */
    public long dramMicrojoules(int socket, long atNanos) {
        return drams[socket].at(elapsed(atNanos));
    }

    private long elapsed(long atNanos) {
        return Math.max(0, atNanos - startNanos);
    }

    private int inSlot(int[] values, long atNanos) {
        return values[SlotCounter.slotAt(elapsed(atNanos), values.length)];
    }
}
