package io.joulegram.agent.workloads;

import io.joulegram.agent.attribution.Apportionment;
import io.joulegram.agent.attribution.DeviceSlice;
import io.joulegram.agent.attribution.EmbodiedRate;
import io.joulegram.host.CpuUse;
import io.joulegram.power.Component;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The energy and the grams between two looks at the control groups. A GPU's are split slice by slice, as its driver
 * tells who uses it at any time; the rest at the end, when it is known who had the processors:
 *
 * <ul>
 *   <li>processors and memory by processor time of all there was, idle time included. Memory, because what it draws beside
 *       a constant goes with accesses, and no counter tells those of a control group; how much of it is held does not
 *       matter, as it is refreshed whether it is held or not;
 *   <li>the rest of the server, and then what the facility spends beside it, in proportion to the energy so far.
 * </ul>
 *
 * <p>All splits conserve to the microjoule. Owned by the bookkeeping thread.
 */
final class Window {
    private static final double KWH_PER_MICROJOULE = 1 / 3.6e12;

    /** What is booked under. */
    record Key(Claimant claimant, Component component, String method) {}

    private final Set<Component> measured = EnumSet.noneOf(Component.class);
    private final Map<Component, Portion> sums = new EnumMap<>(Component.class);
    private final Map<Key, Portion> split = new HashMap<>();

    /**
     * Takes a slice of time in.
     *
     * @param gramsPerKwh the carbon intensity that held in it; 0 where it is unknown
     */
    void add(
            long elapsedNanos, List<DeviceSlice> parts, List<EmbodiedRate> making, double gramsPerKwh, GpuClaims gpus) {
        Map<String, Portion> byGpu = new HashMap<>();
        for (DeviceSlice part : parts) {
            measured.add(part.component());
            double grams = part.microjoules() * gramsPerKwh * KWH_PER_MICROJOULE;
            take(part.component(), part.device(), new Portion(part.microjoules(), grams, 0), byGpu);
        }
        for (EmbodiedRate rate : making) {
            take(rate.component(), rate.device(), new Portion(0, 0, rate.gramsPerNano() * elapsedNanos), byGpu);
        }
        byGpu.forEach((device, portion) ->
                divide(Component.GPU, portion, gpus.of(device, portion.microjoules(), elapsedNanos)));
    }

    private void take(Component component, String device, Portion portion, Map<String, Portion> byGpu) {
        sums.merge(component, portion, Portion::plus);
        if (component == Component.GPU) {
            byGpu.merge(device, portion, Portion::plus);
        }
    }

    /** All energy so far, by component that is measured, in microjoules. */
    Map<Component, Long> microjoules() {
        Map<Component, Long> energy = new EnumMap<>(Component.class);
        sums.forEach((component, portion) -> {
            if (measured.contains(component)) {
                energy.put(component, portion.microjoules());
            }
        });
        return energy;
    }

    /**
     * Ends the window.
     *
     * @param use who had the processors in it; empty if that is not known
     * @return all that was taken in, by whose it is
     */
    Map<Key, Portion> close(Optional<CpuUse> use) {
        List<Claim> processors =
                use.map(Window::claims).orElse(List.of(Claim.whole(Claimant.UNATTRIBUTED, ShareMethod.NONE)));
        divideSum(Component.CPU, processors);
        divideSum(Component.DRAM, processors);
        divideSum(Component.OTHER, proportional());
        divideSum(Component.OVERHEAD, proportional());
        return split;
    }

    private void divideSum(Component component, List<Claim> claims) {
        Portion sum = sums.get(component);
        if (sum != null) {
            divide(component, sum, claims);
        }
    }

    private static List<Claim> claims(CpuUse use) {
        List<Claim> claims = new ArrayList<>();
        use.nanosByWorkload().forEach((workload, nanos) -> claims.add(byTime(Claimant.of(workload), nanos)));
        claims.add(byTime(Claimant.UNATTRIBUTED, use.nanosOfNobody()));
        claims.add(byTime(Claimant.IDLE, use.idleNanos()));
        return claims;
    }

    private static Claim byTime(Claimant claimant, long nanos) {
        return new Claim(claimant, ShareMethod.CPU_TIME, nanos, nanos);
    }

    private List<Claim> proportional() {
        Map<Claimant, Long> energy = new HashMap<>();
        split.forEach((key, portion) -> energy.merge(key.claimant(), portion.microjoules(), Long::sum));
        List<Claim> claims = new ArrayList<>();
        energy.forEach((claimant, microjoules) ->
                claims.add(new Claim(claimant, ShareMethod.PROPORTIONAL, microjoules, microjoules)));
        return claims.stream().anyMatch(claim -> claim.energyWeight() > 0)
                ? claims
                : List.of(Claim.whole(Claimant.UNATTRIBUTED, ShareMethod.NONE));
    }

    private void divide(Component component, Portion whole, List<Claim> claims) {
        double[] weights = claims.stream().mapToDouble(Claim::energyWeight).toArray();
        double energySum = claims.stream().mapToDouble(Claim::energyWeight).sum();
        double makingSum = claims.stream().mapToDouble(Claim::makingWeight).sum();
        long[] microjoules = Apportionment.split(whole.microjoules(), weights);
        for (int i = 0; i < microjoules.length; i++) {
            Claim claim = claims.get(i);
            Portion part = new Portion(
                    microjoules[i],
                    whole.operationalGrams() * claim.energyWeight() / energySum,
                    whole.embodiedGrams() * claim.makingWeight() / makingSum);
            if (!part.equals(Portion.NONE)) {
                split.merge(new Key(claim.claimant(), component, claim.method()), part, Portion::plus);
            }
        }
    }
}
