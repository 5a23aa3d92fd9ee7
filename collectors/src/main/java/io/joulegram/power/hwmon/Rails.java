package io.joulegram.power.hwmon;

import io.joulegram.hwmon.HwmonChip;
import io.joulegram.hwmon.HwmonSensor;
import io.joulegram.hwmon.HwmonSensor.Kind;
import io.joulegram.power.Domain;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The rails of an INA3221, the meter on NVIDIA's Jetson boards: channel n has the voltage {@code in<n>}, with the rail's
 * name as its label, and the current {@code curr<n>}, see the kernel's {@code Documentation/hwmon/ina3221.rst}.
 *
 * <p>Rails are known by the names that NVIDIA gives them: {@code VDD_IN} is the input of the whole module and contains
 * the others. {@code VDD_CPU_GPU_CV} feeds processor and GPU together, so it is the energy of neither. {@code SOC},
 * {@code CV} and {@code SYS5V} rails are parts of {@code VDD_IN} that have no component of their own.
 */
record Rails(List<Rail> rails) {
    /**
     * A rail.
     *
     * @param name its label
     */
    record Rail(String name, HwmonSensor voltage, HwmonSensor current) {
        /** What it feeds; empty if it is not known or has no domain. */
        Optional<Domain> domain() {
            if (TOTAL.contains(name)) {
                return Optional.of(Domain.PLATFORM);
            }
            boolean gpu = name.contains("GPU");
            boolean cpu = name.contains("CPU");
            if (gpu && cpu) {
                return Optional.of(Domain.GPU_MODULE);
            }
            if (gpu) {
                return Optional.of(Domain.GPU);
            }
            if (cpu) {
                return Optional.of(Domain.CPU);
            }
            return name.contains("DDR") ? Optional.of(Domain.DRAM) : Optional.empty();
        }
    }

    private static final Set<String> TOTAL = Set.of("VDD_IN", "POM_5V_IN");

    /** The rails of all chips that are on. */
    static Rails of(List<HwmonChip> chips) {
        List<Rail> rails = new ArrayList<>();
        for (HwmonChip chip : chips) {
            if (chip.name().equals("ina3221")) {
                for (HwmonSensor voltage : chip.sensors(Kind.VOLTAGE)) {
                    chip.sensors(Kind.CURRENT).stream()
                            .filter(current -> current.index() == voltage.index())
                            .filter(current -> !voltage.label().isEmpty())
                            .findFirst()
                            .ifPresent(current -> rails.add(new Rail(voltage.label(), voltage, current)));
                }
            }
        }
        return new Rails(List.copyOf(rails));
    }

    /** The first rail of a domain: a second one would be counted twice. */
    Optional<Rail> feeding(Domain domain) {
        return rails.stream()
                .filter(rail -> rail.domain().equals(Optional.of(domain)))
                .findFirst();
    }
}
