package io.joulegram.agent.ledger;

import io.joulegram.agent.attribution.Attribution;
import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.attribution.EmbodiedRate;
import io.joulegram.agent.attribution.ModelAccount;
import io.joulegram.agent.attribution.Phase;
import io.joulegram.agent.attribution.ServerAccount;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Fills the bucket of the present minute, slice by slice, and ends it where a minute ends or where an intensity or a
 * footprint changes.
 *
 * <p>Owned by the accounting thread.
 */
public final class BucketBook {
    /** What is known of a meter besides its energy. */
    public record MeterFacts(String source, double uncertaintyRatio, long unobservedNanos) {}

    /** What the book has to ask for. */
    public interface Meters {
        /** The meter of a device; empty if it has none. */
        Optional<MeterFacts> of(Component component, String device);
    }

    private record Key(Component component, String device) {
        static final Comparator<Key> ORDER =
                Comparator.comparing(Key::component).thenComparing(Key::device);
    }

    /** What is summed for a device while its bucket is open. */
    private static final class Line {
        boolean metered;
        long microjoules;
        double embodiedGrams;
    }

    private static final long MINUTE_MILLIS = 60_000;
    private static final long HOUR_MILLIS = 60 * MINUTE_MILLIS;
    private static final long DISCONTINUITY_MILLIS = 500;

    private final double pue;
    private final Attribution attribution;
    private final Meters meters;
    private final Supplier<List<WorkloadUse>> workloads;
    private final Map<Key, Line> lines = new TreeMap<>(Key.ORDER);
    private final Map<Key, Long> unobservedNanosBefore = new HashMap<>();
    private final Map<Key, Double> microgramsCarried = new HashMap<>();
    private Map<String, ModelUse> modelsBefore = new HashMap<>();

    private Map<String, BookedIntensity> intensities = Map.of();
    private List<LedgerDevice> devices = List.of();
    private boolean open;
    private long startMillis;
    private long endMillis;
    private long coveredNanos;

    /**
     * @param pue power usage effectiveness in force
     * @param attribution whose accounts tell what belongs to models
     * @param workloads gives, once, what workloads were booked since it was last asked
     */
    public BucketBook(double pue, Attribution attribution, Meters meters, Supplier<List<WorkloadUse>> workloads) {
        this.pue = pue;
        this.attribution = attribution;
        this.meters = meters;
        this.workloads = workloads;
    }

    /** Where the bucket that holds an instant ends at the latest: the next whole minute. */
    public static long endOfMinute(long millis) {
        return Math.floorDiv(millis, MINUTE_MILLIS) * MINUTE_MILLIS + MINUTE_MILLIS;
    }

    /**
     * Ends the open bucket if a slice that begins now does not belong into it: because another intensity or another
     * inventory holds, because its minute is over, or because the wall clock was stepped. To be called before the slice
     * is settled, so that what it brings comes after.
     *
     * @param coarse whether hours will do in the place of minutes, because what was handed over before has not been
     *     written yet
     */
    public Optional<Bucket> turn(
            long sliceStartMillis,
            Map<String, BookedIntensity> intensitiesNow,
            List<LedgerDevice> devicesNow,
            boolean coarse) {
        Optional<Bucket> ended = Optional.empty();
        long length = coarse ? HOUR_MILLIS : MINUTE_MILLIS;
        boolean over = Math.floorDiv(startMillis, length) != Math.floorDiv(sliceStartMillis, length);
        boolean stepped = Math.abs(sliceStartMillis - endMillis) > DISCONTINUITY_MILLIS;
        if (open && (over || stepped || !intensities.equals(intensitiesNow) || !devices.equals(devicesNow))) {
            ended = close();
        }
        if (!open) {
            open = true;
            startMillis = sliceStartMillis;
            endMillis = sliceStartMillis;
            coveredNanos = 0;
            intensities = Map.copyOf(intensitiesNow);
            devices = List.copyOf(devicesNow);
        }
        return ended;
    }

    /**
     * Takes in a slice of the open bucket.
     *
     * @param embodied how fast the making of devices falls due in it
     */
    public void add(long sliceEndMillis, long elapsedNanos, List<DeviceSlice> parts, List<EmbodiedRate> embodied) {
        endMillis = Math.max(startMillis, sliceEndMillis);
        coveredNanos += elapsedNanos;
        for (DeviceSlice part : parts) {
            Line line = line(part.component(), part.device());
            line.metered = true;
            line.microjoules += part.microjoules();
        }
        for (EmbodiedRate rate : embodied) {
            line(rate.component(), rate.device()).embodiedGrams += rate.gramsPerNano() * elapsedNanos;
        }
    }

    private Line line(Component component, String device) {
        return lines.computeIfAbsent(new Key(component, device), key -> new Line());
    }

    /** Ends the open bucket; empty if there is none or nothing is in it. */
    public Optional<Bucket> close() {
        if (!open) {
            return Optional.empty();
        }
        open = false;
        Map<Key, LedgerDevice> known = new HashMap<>();
        devices.forEach(device -> known.put(new Key(device.component(), device.device()), device));
        List<DeviceUse> uses = new ArrayList<>();
        lines.forEach((key, line) -> uses.add(
                use(key, line, known.getOrDefault(key, LedgerDevice.withoutFootprint(key.component, key.device)))));
        lines.clear();
        List<ModelUse> models = models();
        List<WorkloadUse> workloadUses = workloads.get();
        boolean empty = coveredNanos == 0
                && models.isEmpty()
                && workloadUses.isEmpty()
                && uses.stream().allMatch(use -> use.microjoules().orElse(0) == 0);
        if (empty) {
            return Optional.empty();
        }
        return Optional.of(new Bucket(
                startMillis,
                endMillis,
                Math.round(coveredNanos / 1e6),
                Bucket.Kind.MINUTE,
                pue,
                intensities,
                uses,
                models,
                workloadUses));
    }

    private DeviceUse use(Key key, Line line, LedgerDevice device) {
        Optional<MeterFacts> facts = meters.of(key.component, key.device);
        long unobserved = 0;
        if (facts.isPresent()) {
            long now = facts.get().unobservedNanos();
            @Nullable Long before = unobservedNanosBefore.put(key, now);
            unobserved = Math.max(0, now - (before == null ? 0 : before)) / 1_000_000;
        }
        return new DeviceUse(
                device,
                facts.map(MeterFacts::source).orElse(""),
                line.metered ? OptionalLong.of(line.microjoules) : OptionalLong.empty(),
                unobserved,
                facts.map(MeterFacts::uncertaintyRatio).orElse(0.0),
                micrograms(key, line.embodiedGrams));
    }

    /** Whole micrograms; the fraction is carried into the next bucket, so that the sum is right to a microgram. */
    private long micrograms(Key key, double grams) {
        double micrograms = microgramsCarried.getOrDefault(key, 0.0) + grams * 1e6;
        long whole = (long) Math.floor(micrograms);
        microgramsCarried.put(key, micrograms - whole);
        return whole;
    }

    private List<ModelUse> models() {
        List<ModelUse> uses = new ArrayList<>();
        Map<String, ModelUse> modelsNow = new HashMap<>();
        for (ServerAccount server : attribution.servers()) {
            for (ModelAccount account : server.models()) {
                ModelUse now = totals(server.server(), account);
                String key = server.server() + '\n' + account.model();
                modelsNow.put(key, now);
                @Nullable ModelUse before = modelsBefore.get(key);
                ModelUse gained = before == null ? now : difference(now, before);
                if (!gained.isEmpty()) {
                    uses.add(gained);
                }
            }
        }
        // The account of a model that left is closed, and begins at 0 if it comes back.
        modelsBefore = modelsNow;
        return uses;
    }

    private static ModelUse totals(String server, ModelAccount account) {
        Map<Component, Long> energy = new EnumMap<>(Component.class);
        for (Component component : Component.values()) {
            for (Phase phase : Phase.values()) {
                energy.merge(component, account.microjoules(phase, component), Long::sum);
            }
        }
        return new ModelUse(
                server,
                account.model(),
                energy,
                account.amounts(Phase.PREFILL).totalMicrojoules(),
                account.amounts(Phase.DECODE).totalMicrojoules(),
                account.amounts(Phase.IDLE).totalMicrojoules(),
                (long) Math.floor(account.embodiedGrams() * 1e6),
                account.promptTokens().orElse(0),
                account.cachedPromptTokens().orElse(0),
                account.generatedTokens().orElse(0));
    }

    private static ModelUse difference(ModelUse now, ModelUse before) {
        Map<Component, Long> energy = new EnumMap<>(Component.class);
        now.microjoules()
                .forEach((component, total) ->
                        energy.put(component, total - before.microjoules().getOrDefault(component, 0L)));
        return new ModelUse(
                now.server(),
                now.model(),
                energy,
                now.prefillMicrojoules() - before.prefillMicrojoules(),
                now.decodeMicrojoules() - before.decodeMicrojoules(),
                now.idleMicrojoules() - before.idleMicrojoules(),
                now.embodiedMicrograms() - before.embodiedMicrograms(),
                now.promptTokens() - before.promptTokens(),
                now.cachedTokens() - before.cachedTokens(),
                now.generatedTokens() - before.generatedTokens());
    }
}
