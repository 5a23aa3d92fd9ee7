package io.joulegram.rapl;

import io.joulegram.rapl.RaplException.Reason;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Where a processor model keeps its energy counters, and in what unit.
 *
 * <p>Numbers and quirks are those of the kernel's {@code arch/x86/include/asm/msr-index.h}, {@code
 * arch/x86/events/rapl.c} and {@code drivers/powercap/intel_rapl_common.c}. Counters are the low 32 bits; the unit is
 * 2^-ESU joules, ESU being bits 12 to 8 of the unit register, but for
 *
 * <ul>
 *   <li>DRAM of the server parts from Haswell to Ice Lake and of the Xeon Phis: 2^-16 J;
 *   <li>the platform counter of Sapphire Rapids and Emerald Rapids: 1 J.
 * </ul>
 *
 * @param unitRegister where the unit is
 * @param registers where the counters are; a model need not have all of them
 * @param fixedJoulesPerCount units that the unit register does not tell
 * @param perDie whether each die of a package has its own counters
 */
record MsrLayout(
        long unitRegister,
        Map<RaplDomain, Long> registers,
        Map<RaplDomain, Double> fixedJoulesPerCount,
        boolean perDie) {
    private static final long INTEL_UNIT = 0x606;
    private static final Map<RaplDomain, Long> INTEL_REGISTERS = Map.of(
            RaplDomain.PACKAGE, 0x611L,
            RaplDomain.DRAM, 0x619L,
            RaplDomain.CORE, 0x639L,
            RaplDomain.UNCORE, 0x641L,
            RaplDomain.PSYS, 0x64DL);

    private static final long AMD_UNIT = 0xC001_0299L;

    /** The core counter, 0xC001029A, is one of each core, not of the package. */
    private static final Map<RaplDomain, Long> AMD_REGISTERS = Map.of(RaplDomain.PACKAGE, 0xC001_029BL);

    private static final int INTEL_FAMILY = 6;

    /** Zen and Hygon Dhyana, Zen 3 and 4, Zen 5. */
    private static final Set<Integer> AMD_FAMILIES = Set.of(0x17, 0x18, 0x19, 0x1A);

    /** Silvermont and Airmont, whose unit is 2^ESU microjoules with exceptions. */
    private static final Set<Integer> OTHER_UNIT_MODELS = Set.of(0x37, 0x4A, 0x4D, 0x5A, 0x5D, 0x4C);

    /** Haswell-X, Broadwell-X, Skylake-X with its successors, Ice Lake-X and -D, Knights Landing and Mill. */
    private static final Set<Integer> FIXED_DRAM_MODELS = Set.of(0x3F, 0x4F, 0x55, 0x6A, 0x6C, 0x57, 0x85);

    /** Sapphire Rapids, Emerald Rapids. */
    private static final Set<Integer> FIXED_PSYS_MODELS = Set.of(0x8F, 0xCF);

    private static final double FIXED_DRAM_JOULES = 0x1p-16;
    private static final double FIXED_PSYS_JOULES = 1;
    private static final int ESU_SHIFT = 8;
    private static final int ESU_MASK = 0x1F;

    /** The layout of a model; refuses those whose unit is not known for sure. */
    static MsrLayout of(CpuModel cpu) throws RaplException {
        if (cpu.isIntel() && cpu.family() == INTEL_FAMILY && !OTHER_UNIT_MODELS.contains(cpu.model())) {
            Map<RaplDomain, Double> fixed = new EnumMap<>(RaplDomain.class);
            if (FIXED_DRAM_MODELS.contains(cpu.model())) {
                fixed.put(RaplDomain.DRAM, FIXED_DRAM_JOULES);
            }
            if (FIXED_PSYS_MODELS.contains(cpu.model())) {
                fixed.put(RaplDomain.PSYS, FIXED_PSYS_JOULES);
            }
            return new MsrLayout(INTEL_UNIT, INTEL_REGISTERS, fixed, true);
        }
        if (cpu.isAmd() && AMD_FAMILIES.contains(cpu.family())) {
            return new MsrLayout(AMD_UNIT, AMD_REGISTERS, Map.of(), false);
        }
        throw new RaplException(
                Reason.ABSENT,
                "no RAPL registers are known for " + SysfsAttribute.quotable(cpu.vendor()) + " family " + cpu.family()
                        + " model " + cpu.model());
    }

    /** The domains in a fixed order. */
    List<RaplDomain> domains() {
        return registers.keySet().stream().sorted().toList();
    }

    /** Energy of one count. */
    double joulesPerCount(RaplDomain domain, long unitRegisterValue) {
        int esu = (int) (unitRegisterValue >> ESU_SHIFT) & ESU_MASK;
        return fixedJoulesPerCount.getOrDefault(domain, Math.scalb(1.0, -esu));
    }
}
