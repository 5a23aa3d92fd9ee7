package io.joulegram.rapl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.joulegram.rapl.RaplException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MsrRegistersTest {
    private static final CpuModel CLIENT = intel(0xB7);
    private static final CpuModel ICE_LAKE_SERVER = intel(0x6A);
    private static final CpuModel SAPPHIRE_RAPIDS = intel(0x8F);
    private static final CpuModel GENOA = new CpuModel("AuthenticAMD", 0x19, 0x11, false);
    private static final long ESU_14 = 0xA0E03;
    private static final long ESU_16 = 0xA1003;

    @TempDir
    Path root;

    @Test
    void readsOneProcessorOfEachDie() throws Exception {
        for (int cpu = 0; cpu < 4; cpu++) {
            cpu(cpu, cpu % 2, 0);
            register(cpu, 0x606, ESU_14);
            register(cpu, 0x611, 1000 + cpu);
        }

        assertThat(discover(CLIENT))
                .extracting(MsrRegister::device, register -> register.place().packageId(), MsrRegister::joulesPerCount)
                .containsExactly(tuple(device(0), 0, 0x1p-14), tuple(device(1), 1, 0x1p-14));
    }

    @Test
    void leavesOutRegistersThatHoldNothing() throws Exception {
        cpu(0, 0, 0);
        register(0, 0x606, ESU_14);
        register(0, 0x611, 5);
        register(0, 0x619, 0);
        register(0, 0x639, 7);

        assertThat(discover(CLIENT))
                .extracting(MsrRegister::domain)
                .containsExactly(RaplDomain.PACKAGE, RaplDomain.CORE);
    }

    @Test
    void knowsTheFixedUnitsOfServers() throws Exception {
        cpu(0, 0, 0);
        register(0, 0x606, ESU_14);
        for (int register : new int[] {0x611, 0x619, 0x64D}) {
            register(0, register, 1);
        }

        assertThat(discover(ICE_LAKE_SERVER))
                .extracting(MsrRegister::domain, MsrRegister::joulesPerCount)
                .containsExactly(
                        tuple(RaplDomain.PACKAGE, 0x1p-14),
                        tuple(RaplDomain.DRAM, 0x1p-16),
                        tuple(RaplDomain.PSYS, 0x1p-14));
        assertThat(discover(SAPPHIRE_RAPIDS))
                .extracting(MsrRegister::domain, MsrRegister::joulesPerCount)
                .containsExactly(
                        tuple(RaplDomain.PACKAGE, 0x1p-14),
                        tuple(RaplDomain.DRAM, 0x1p-14),
                        tuple(RaplDomain.PSYS, 1.0));
    }

    @Test
    void readsAmdsPackageOnceHoweverManyDiesItHas() throws Exception {
        for (int cpu = 0; cpu < 2; cpu++) {
            cpu(cpu, 0, cpu);
            register(cpu, 0xC001_0299L, ESU_16);
            register(cpu, 0xC001_029BL, 99);
        }

        assertThat(discover(GENOA))
                .extracting(MsrRegister::register, MsrRegister::domain, MsrRegister::joulesPerCount)
                .containsExactly(tuple(0xC001_029BL, RaplDomain.PACKAGE, 0x1p-16));
    }

    @Test
    void countsTheLow32BitsOnly() throws Exception {
        cpu(0, 0, 0);
        register(0, 0x606, ESU_14);
        register(0, 0x611, 0xABCD_EF01_FFFF_FFFEL);

        try (EnergyCounter counter = discover(CLIENT).get(0).openCounter()) {
            assertThat(counter.read()).isZero();
            assertThat(counter.count()).isEqualTo(0xFFFF_FFFEL);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0x37, 0x4A, 0x4D, 0x5A, 0x5D, 0x4C})
    void refusesModelsThatReadTheUnitOtherwise(int model) {
        assertThatExceptionOfType(RaplException.class)
                .isThrownBy(() -> discover(intel(model)))
                .withMessageContaining("model " + model)
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.ABSENT));
    }

    @Test
    void isAbsentWithoutTheMsrModule() {
        assertThatExceptionOfType(RaplException.class)
                .isThrownBy(() -> discover(CLIENT))
                .withMessageContaining("the msr module is not loaded")
                .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.ABSENT));
    }

    private List<MsrRegister> discover(CpuModel cpu) throws RaplException {
        return MsrRegisters.discover(root.resolve("dev"), root.resolve("sys"), cpu);
    }

    private static CpuModel intel(int model) {
        return new CpuModel("GenuineIntel", 6, model, false);
    }

    private Path device(int cpu) {
        return root.resolve("dev/cpu/" + cpu + "/msr");
    }

    private void cpu(int cpu, int packageId, int dieId) throws IOException {
        Path topology = root.resolve("sys/devices/system/cpu/cpu" + cpu + "/topology");
        MadeFiles.put(topology, "physical_package_id", packageId + "\n");
        MadeFiles.put(topology, "die_id", dieId + "\n");
    }

    private void register(int cpu, long register, long value) throws IOException {
        Files.createDirectories(device(cpu).getParent());
        ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder()).putLong(0, value);
        try (FileChannel file = FileChannel.open(
                device(cpu), StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.SPARSE)) {
            file.write(bytes, register);
        }
    }
}
