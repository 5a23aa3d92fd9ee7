package io.joulegram.power.rapl;

import io.joulegram.rapl.CpuModel;
import io.joulegram.rapl.EnergyCounter;
import io.joulegram.rapl.MsrRegister;
import io.joulegram.rapl.MsrRegisters;
import io.joulegram.rapl.RaplDomain;
import io.joulegram.rapl.RaplException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** Opens the counters in model-specific registers. */
final class MsrWay {
    private static final long MODULUS_COUNTS = 1L << 32;
    private static final double MICROJOULES_PER_JOULE = 1e6;

    private final Path devRoot;
    private final Path sysfsRoot;
    private final CpuModel cpu;

    MsrWay(Path devRoot, Path sysfsRoot, CpuModel cpu) {
        this.devRoot = devRoot;
        this.sysfsRoot = sysfsRoot;
        this.cpu = cpu;
    }

    void open(FoundCounters found) throws RaplException {
        boolean platformFound = false;
        for (MsrRegister register : MsrRegisters.discover(devRoot, sysfsRoot, cpu)) {
            boolean platform = register.domain() == RaplDomain.PSYS;
            // There is one platform, however many packages tell of it.
            if (platform && platformFound) {
                continue;
            }
            Optional<EnergyCounter> counter = found.open(
                    register.device() + " at 0x" + Long.toHexString(register.register()), register::openCounter);
            if (counter.isPresent()) {
                found.add(describe(register, counter.get()));
                platformFound |= platform;
            }
        }
    }

    private static FoundCounter describe(MsrRegister register, EnergyCounter counter) {
        return new FoundCounter(
                register.domain(),
                register.place().packageId(),
                register.domain() == RaplDomain.PSYS
                        ? OptionalInt.empty()
                        : register.place().dieId(),
                counter,
                0,
                register.joulesPerCount() * MICROJOULES_PER_JOULE,
                MODULUS_COUNTS,
                DomainTraits.of(register.domain()).maxWatts(OptionalLong.empty()));
    }
}
