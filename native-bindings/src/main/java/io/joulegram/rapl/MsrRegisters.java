package io.joulegram.rapl;

import io.joulegram.posix.PosixException;
import io.joulegram.rapl.RaplException.Reason;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** The RAPL counters of this machine's model-specific registers. */
public final class MsrRegisters {
    private static final long ALL_BITS = -1;
    private static final int MAX_CPUS = 8192;
    private static final Pattern CPU = Pattern.compile("\\d{1,4}");

    private MsrRegisters() {}

    /**
     * Finds the registers, on the first processor of each package (on Intel's parts, of each die). A register that
     * cannot be read or that holds 0 is taken not to be there, as the kernel's own driver does.
     *
     * @param devRoot where the device files are, {@code /dev}
     * @param sysfsRoot where sysfs is mounted, {@code /sys}
     * @param cpu the processors' model
     * @return at least one register
     * @throws RaplException {@link Reason#ABSENT} if the {@code msr} module is not loaded or the model is not known
     */
    public static List<MsrRegister> discover(Path devRoot, Path sysfsRoot, CpuModel cpu) throws RaplException {
        MsrLayout layout = MsrLayout.of(cpu);
        Set<CpuPlace> seen = new HashSet<>();
        List<MsrRegister> found = new ArrayList<>();
        for (int number : cpus(devRoot.resolve("cpu"))) {
            CpuPlace place = CpuPlace.of(sysfsRoot, number);
            CpuPlace counted = layout.perDie() ? place : new CpuPlace(place.packageId(), OptionalInt.empty());
            if (seen.add(counted)) {
                found.addAll(on(devRoot.resolve("cpu/" + number + "/msr"), layout, counted));
            }
        }
        if (found.isEmpty()) {
            throw new RaplException(Reason.ABSENT, "no RAPL register counts on " + devRoot.resolve("cpu"));
        }
        return List.copyOf(found);
    }

    private static List<MsrRegister> on(Path device, MsrLayout layout, CpuPlace place) throws RaplException {
        long unit = read(device, layout.unitRegister(), ALL_BITS);
        List<MsrRegister> found = new ArrayList<>();
        for (RaplDomain domain : layout.domains()) {
            MsrRegister register = new MsrRegister(
                    device,
                    Objects.requireNonNull(layout.registers().get(domain)),
                    domain,
                    place,
                    layout.joulesPerCount(domain, unit));
            if (counts(register)) {
                found.add(register);
            }
        }
        return found;
    }

    private static boolean counts(MsrRegister register) throws RaplException {
        try (EnergyCounter counter = register.openCounter()) {
            return counter.read() == 0 && counter.count() != 0;
        }
    }

    private static long read(Path device, long register, long mask) throws RaplException {
        try (MsrCounter counter = MsrCounter.open(device, register, mask)) {
            int error = counter.read();
            if (error != 0) {
                throw RaplException.of(
                        new PosixException("read", device + " at 0x" + Long.toHexString(register), error));
            }
            return counter.count();
        }
    }

    private static Set<Integer> cpus(Path directory) throws RaplException {
        Set<Integer> numbers = new TreeSet<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (CPU.matcher(name).matches() && Files.exists(entry.resolve("msr")) && numbers.size() < MAX_CPUS) {
                    numbers.add(Integer.parseInt(name));
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new RaplException(Reason.ABSENT, "no processor in " + directory + ": the msr module is not loaded");
        }
        return numbers;
    }
}
