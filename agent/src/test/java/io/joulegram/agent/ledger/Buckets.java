package io.joulegram.agent.ledger;

import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;

/** Made-up buckets, and sums over them. */
final class Buckets {
    private static final BookedIntensity HOME =
            new BookedIntensity(413, "DE", "fixed", "average", "lifecycle", "made up");
    private static final BookedIntensity CLEAN =
            new BookedIntensity(31, "DE", "trace", "average", "lifecycle", "made up", OptionalDouble.of(0.9));
    private static final BookedIntensity MARGINAL =
            new BookedIntensity(700, "DE", "watttime", "marginal", "direct", "made up");

    private Buckets() {}

    /** A minute with eight GPUs, two sockets, two models, and two workloads or three, in one of a few conditions. */
    static Bucket random(SplittableRandom random, long startMillis) {
        List<DeviceUse> devices = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            devices.add(device(random, Component.GPU, "" + i, "nvml_energy"));
        }
        for (int i = 0; i < 2; i++) {
            devices.add(device(random, Component.CPU, "" + i, random.nextInt(9) == 0 ? "rapl_powercap" : "rapl_perf"));
            devices.add(device(random, Component.DRAM, "" + i, "rapl_perf"));
        }
        List<ModelUse> models = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            models.add(model(random, "m" + i));
        }
        Map<String, BookedIntensity> intensities =
                random.nextInt(5) == 0 ? Map.of("location", CLEAN) : Map.of("location", HOME, "marginal", MARGINAL);
        List<WorkloadUse> workloads = new ArrayList<>();
        workloads.add(workload(random, LedgerWorkload.of(LedgerWorkload.NONE, "idle")));
        workloads.add(workload(random, new LedgerWorkload("container", "0123456789ab", "llm", "vllm-0", "server")));
        if (random.nextInt(3) == 0) {
            workloads.add(workload(random, LedgerWorkload.of("slurm_job", "7")));
        }
        return new Bucket(
                startMillis,
                startMillis + 60_000,
                60_000,
                Bucket.Kind.MINUTE,
                1.2,
                intensities,
                devices,
                models,
                workloads);
    }

    /** A minute of a busy host with eight GPUs, two sockets, four models and an hourly intensity. */
    static Bucket typical(SplittableRandom random, long startMillis) {
        List<DeviceUse> devices = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            devices.add(device(random, Component.GPU, "" + i, "nvml_energy"));
        }
        for (int i = 0; i < 2; i++) {
            devices.add(device(random, Component.CPU, "" + i, "rapl_perf"));
            devices.add(device(random, Component.DRAM, "" + i, "rapl_perf"));
        }
        devices.add(device(random, Component.OTHER, "0", "constant"));
        devices.add(new DeviceUse(
                LedgerDevice.withoutFootprint(Component.OVERHEAD, ""),
                "",
                OptionalLong.of(random.nextLong(60_000_000_000L)),
                0,
                0,
                0));
        List<ModelUse> models = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            models.add(model(random, "m" + i));
        }
        double gramsPerKwh = 400 + startMillis / 3_600_000 % 24;
        BookedIntensity intensity = new BookedIntensity(gramsPerKwh, "DE", "trace", "average", "lifecycle", "made up");
        return new Bucket(
                startMillis,
                startMillis + 60_000,
                60_000,
                Bucket.Kind.MINUTE,
                1.2,
                Map.of("location", intensity),
                devices,
                models);
    }

    /** The same with this many workloads, most of which are there in every minute. */
    static Bucket withWorkloads(SplittableRandom random, Bucket bucket, int workloads) {
        List<WorkloadUse> uses = new ArrayList<>();
        uses.add(workload(random, LedgerWorkload.of(LedgerWorkload.NONE, "idle")));
        for (int i = 0; i < workloads; i++) {
            String name = i < workloads / 2 ? "unit" + i + ".service" : "job" + bucket.startMillis() + i + ".service";
            uses.add(workload(random, LedgerWorkload.of("systemd_unit", name)));
        }
        return bucket.withWorkloads(uses);
    }

    private static WorkloadUse workload(SplittableRandom random, LedgerWorkload workload) {
        return new WorkloadUse(workload, energies(random), random.nextLong(500_000));
    }

    private static Map<Component, Long> energies(SplittableRandom random) {
        Map<Component, Long> energy = new EnumMap<>(Component.class);
        for (Component component : Component.values()) {
            energy.put(component, random.nextLong(40_000_000_000L));
        }
        return energy;
    }

    private static DeviceUse device(SplittableRandom random, Component component, String name, String source) {
        LedgerDevice device = new LedgerDevice(component, name, 100_000, 164_000, 575_000, 126_230_400, "made up");
        return new DeviceUse(
                device,
                source,
                OptionalLong.of(random.nextLong(42_000_000_000L)),
                random.nextInt(50) == 0 ? 250 : 0,
                0.05,
                77_956);
    }

    private static ModelUse model(SplittableRandom random, String name) {
        Map<Component, Long> energy = energies(random);
        long left = energy.values().stream().mapToLong(Long::longValue).sum();
        long prefill = random.nextLong(left);
        long decode = random.nextLong(left - prefill);
        return new ModelUse(
                "localhost:8000",
                name,
                energy,
                prefill,
                decode,
                left - prefill - decode,
                random.nextLong(500_000),
                random.nextLong(100_000),
                random.nextLong(1_000),
                random.nextLong(50_000));
    }

    static List<Bucket> read(LedgerReader reader) throws LedgerException {
        List<Bucket> buckets = new ArrayList<>();
        reader.forEach(Long.MIN_VALUE, Long.MAX_VALUE, buckets::add);
        return buckets;
    }

    /** Every sum that a roll must not change, by name. */
    static Map<String, Long> sums(List<Bucket> buckets) {
        Map<String, Long> sums = new TreeMap<>();
        for (Bucket bucket : buckets) {
            sums.merge("covered", bucket.coveredMillis(), Long::sum);
            String grid = "" + bucket.intensities().get("location")
                    + bucket.intensities().get("marginal");
            for (DeviceUse use : bucket.devices()) {
                String who = use.device() + use.source() + grid;
                sums.merge(who + " energy", use.microjoules().orElse(0), Long::sum);
                sums.merge(who + " embodied", use.embodiedMicrograms(), Long::sum);
                sums.merge(who + " unobserved", use.unobservedMillis(), Long::sum);
            }
            for (ModelUse use : bucket.models()) {
                String who = use.server() + use.model() + grid;
                use.microjoules().forEach((component, energy) -> sums.merge(who + component, energy, Long::sum));
                sums.merge(who + " prefill", use.prefillMicrojoules(), Long::sum);
                sums.merge(who + " decode", use.decodeMicrojoules(), Long::sum);
                sums.merge(who + " idle", use.idleMicrojoules(), Long::sum);
                sums.merge(who + " embodied", use.embodiedMicrograms(), Long::sum);
                sums.merge(who + " prompt", use.promptTokens(), Long::sum);
                sums.merge(who + " cached", use.cachedTokens(), Long::sum);
                sums.merge(who + " generated", use.generatedTokens(), Long::sum);
            }
            for (WorkloadUse use : bucket.workloads()) {
                String who = use.workload() + grid;
                use.microjoules().forEach((component, energy) -> sums.merge(who + component, energy, Long::sum));
                sums.merge(who + " embodied", use.embodiedMicrograms(), Long::sum);
            }
        }
        return sums;
    }
}
