package io.joulegram.agent.report;

import io.joulegram.agent.ledger.Bucket;
import io.joulegram.agent.ledger.DeviceUse;
import io.joulegram.agent.ledger.LedgerDevice;
import io.joulegram.agent.ledger.ModelUse;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * Turns what was into what would have been: the same work under another PUE, with other lifetimes, or on other GPUs.
 *
 * @param pue power usage effectiveness; as it was if empty
 * @param lifetimeSeconds lifetimes by component; as they were where a component is not in it
 * @param gpuEnergyRatio energy of the other GPUs for the same work over that of these; 1 for the same GPUs
 * @param gpuFootprintGrams making of all GPUs that would do the work, per GPU that is there; as it was if empty
 */
public record WhatIf(
        OptionalDouble pue,
        Map<Component, Double> lifetimeSeconds,
        double gpuEnergyRatio,
        OptionalDouble gpuFootprintGrams) {
    /** Copies the map. */
    public WhatIf {
        lifetimeSeconds = Map.copyOf(lifetimeSeconds);
        if (!(gpuEnergyRatio > 0)) {
            throw new IllegalArgumentException(gpuEnergyRatio + " is not a ratio of energies: must be above 0");
        }
    }

    /** The bucket as it would have been. */
    public Bucket apply(Bucket bucket) {
        double newPue = pue.orElse(bucket.pue());
        List<DeviceUse> devices = new ArrayList<>();
        double itMicrojoules = 0;
        for (DeviceUse use : bucket.devices()) {
            if (use.device().component() != Component.OVERHEAD) {
                DeviceUse changed = apply(use);
                devices.add(changed);
                itMicrojoules += changed.microjoules().orElse(0);
            }
        }
        long overhead = Math.round((newPue - 1) * itMicrojoules);
        if (overhead > 0) {
            devices.add(new DeviceUse(
                    LedgerDevice.withoutFootprint(Component.OVERHEAD, ""), "", OptionalLong.of(overhead), 0, 0, 0));
        }
        double embodiedBefore = embodied(bucket.devices());
        double embodiedRatio = embodiedBefore > 0 ? embodied(devices) / embodiedBefore : 1;
        List<ModelUse> models = bucket.models().stream()
                .map(use -> apply(use, newPue, embodiedRatio))
                .toList();
        return new Bucket(
                bucket.startMillis(),
                bucket.endMillis(),
                bucket.coveredMillis(),
                bucket.kind(),
                newPue,
                bucket.intensities(),
                devices,
                models);
    }

    private static double embodied(List<DeviceUse> uses) {
        return uses.stream().mapToLong(DeviceUse::embodiedMicrograms).sum();
    }

    private DeviceUse apply(DeviceUse use) {
        LedgerDevice device = use.device();
        boolean gpu = device.component() == Component.GPU;
        double footprint = gpu ? gpuFootprintGrams.orElse(device.footprintGrams()) : device.footprintGrams();
        double lifetime = lifetimeSeconds.getOrDefault(device.component(), device.lifetimeSeconds());
        boolean amortized = device.footprintGrams() > 0 && device.lifetimeSeconds() > 0;
        double scale = amortized ? footprint / device.footprintGrams() * device.lifetimeSeconds() / lifetime : 1;
        LedgerDevice changed = new LedgerDevice(
                device.component(),
                device.device(),
                amortized ? device.footprintLowGrams() * footprint / device.footprintGrams() : 0,
                amortized ? footprint : 0,
                amortized ? device.footprintHighGrams() * footprint / device.footprintGrams() : 0,
                amortized ? lifetime : 0,
                device.origin());
        double energyScale = gpu ? gpuEnergyRatio : 1;
        return new DeviceUse(
                changed,
                use.source(),
                use.microjoules().isPresent()
                        ? OptionalLong.of(Math.round(use.microjoules().getAsLong() * energyScale))
                        : use.microjoules(),
                use.unobservedMillis(),
                use.uncertaintyRatio(),
                Math.round(use.embodiedMicrograms() * scale));
    }

    /** A model's parts follow the energy of their components; its phases keep their shares. */
    private ModelUse apply(ModelUse use, double newPue, double embodiedRatio) {
        Map<Component, Long> energy = new EnumMap<>(Component.class);
        double it = 0;
        for (Map.Entry<Component, Long> part : use.microjoules().entrySet()) {
            if (part.getKey() != Component.OVERHEAD) {
                long changed = Math.round(part.getValue() * (part.getKey() == Component.GPU ? gpuEnergyRatio : 1));
                energy.put(part.getKey(), changed);
                it += changed;
            }
        }
        energy.put(Component.OVERHEAD, Math.round((newPue - 1) * it));
        long total = energy.values().stream().mapToLong(Long::longValue).sum();
        double scale = use.totalMicrojoules() > 0 ? (double) total / use.totalMicrojoules() : 1;
        long prefill = Math.round(use.prefillMicrojoules() * scale);
        long decode = Math.round(use.decodeMicrojoules() * scale);
        return new ModelUse(
                use.server(),
                use.model(),
                energy,
                prefill,
                decode,
                total - prefill - decode,
                Math.round(use.embodiedMicrograms() * embodiedRatio),
                use.promptTokens(),
                use.cachedTokens(),
                use.generatedTokens());
    }
}
