package io.joulegram.nvml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NvmlTest {
    @TempDir
    Path directory;

    @Test
    void opensAndTellsVersionsAndDevices() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 3);
        try (Nvml nvml = Nvml.open(standIn.library())) {
            assertThat(nvml.deviceCount()).isEqualTo(3);
            assertThat(nvml.driverVersion()).isEqualTo("580.65.06");
            assertThat(nvml.nvmlVersion()).isEqualTo("13.580.65.06");
            assertThat(nvml.device(2).index()).isEqualTo(2);
            assertThat(standIn.initializations()).isEqualTo(1);
        }
        assertThat(standIn.initializations()).isZero();
    }

    @Test
    void deviceThatDoesNotExistIsAnError() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        try (Nvml nvml = Nvml.open(standIn.library())) {
            assertThatExceptionOfType(NvmlException.class)
                    .isThrownBy(() -> nvml.device(1))
                    .withMessage("nvmlDeviceGetHandleByIndex_v2: INVALID_ARGUMENT (2)")
                    .satisfies(e -> assertThat(e.code()).isEqualTo(NvmlReturn.INVALID_ARGUMENT))
                    .satisfies(e -> assertThat(e.function()).isEqualTo("nvmlDeviceGetHandleByIndex_v2"));
        }
    }

    @Test
    void onlyOneIsOpenAtATime() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        try (Nvml nvml = Nvml.open(standIn.library())) {
            assertThatIllegalStateException().isThrownBy(() -> Nvml.open(standIn.library()));
            assertThat(nvml.deviceCount()).isEqualTo(1);
        }
    }

    @Test
    void anotherLibraryCanBeOpenedAfterClose() throws Exception {
        NvmlStandIn first = NvmlStandIn.create(subdirectory("first"), StandInDriver.R470, 1);
        NvmlStandIn second = NvmlStandIn.create(subdirectory("second"), StandInDriver.R580, 2);
        for (int round = 0; round < 3; round++) {
            try (Nvml nvml = Nvml.open(first.library())) {
                assertThat(nvml.driverVersion()).isEqualTo("470.256.02");
                assertThat(nvml.deviceCount()).isEqualTo(1);
            }
            try (Nvml nvml = Nvml.open(second.library())) {
                assertThat(nvml.driverVersion()).isEqualTo("580.65.06");
                assertThat(nvml.deviceCount()).isEqualTo(2);
            }
        }
    }

    @Test
    void devicesOfAClosedLibraryAnswerUninitialized() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        Nvml nvml = Nvml.open(standIn.library());
        NvmlDevice device = nvml.device(0);
        NvmlFieldValues fields = device.fieldValues(List.of(NvmlField.TOTAL_ENERGY));
        nvml.close();
        nvml.close();
        assertThat(device.readEnergy()).isEqualTo(NvmlReturn.UNINITIALIZED);
        assertThat(fields.read()).isEqualTo(NvmlReturn.UNINITIALIZED);
        assertThat(fields.returnCode(0)).isEqualTo(NvmlReturn.UNINITIALIZED);
    }

    @Test
    void failedInitializationLeavesTheWayOpenForAnother() throws Exception {
        NvmlStandIn standIn =
                NvmlStandIn.create(directory, StandInDriver.R580, 1).initReturns(NvmlReturn.LIB_RM_VERSION_MISMATCH);
        assertThatExceptionOfType(NvmlException.class)
                .isThrownBy(() -> Nvml.open(standIn.library()))
                .withMessage("nvmlInit_v2: LIB_RM_VERSION_MISMATCH (18)");
        standIn.initReturns(NvmlReturn.SUCCESS);
        try (Nvml nvml = Nvml.open(standIn.library())) {
            assertThat(nvml.deviceCount()).isEqualTo(1);
        }
    }

    @Test
    void missingFileIsLibraryNotFound() {
        assertThatExceptionOfType(NvmlException.class)
                .isThrownBy(() -> Nvml.open(directory.resolve("libnvidia-ml.so.1")))
                .withMessageStartingWith("dlopen: LIBRARY_NOT_FOUND (12): ")
                .withMessageContaining("libnvidia-ml.so.1")
                .satisfies(e -> assertThat(e.code()).isEqualTo(NvmlReturn.LIBRARY_NOT_FOUND));
    }

    @Test
    void fileThatIsNoLibraryIsLibraryNotFound() throws Exception {
        Path file = Files.writeString(directory.resolve("libnvidia-ml.so.1"), "not an ELF file");
        assertThatExceptionOfType(NvmlException.class)
                .isThrownBy(() -> Nvml.open(file))
                .satisfies(e -> assertThat(e.code()).isEqualTo(NvmlReturn.LIBRARY_NOT_FOUND));
    }

    @Test
    void libraryWithoutOneFunctionOfNvmlIsRefused() throws Exception {
        Files.writeString(directory.resolve("empty.c"), "int joulegram_nothing;\n");
        CCompiler.find().run(directory, List.of("-shared", "-fPIC", "-o", "libempty.so", "empty.c"));
        assertThatExceptionOfType(NvmlException.class)
                .isThrownBy(() -> Nvml.open(directory.resolve("libempty.so")))
                .withMessage("nvmlInit_v2: FUNCTION_NOT_FOUND (13)");
    }

    @Test
    void newestDriverLacksOnlyWhatNewNamesReplace() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R580, 1);
        try (Nvml nvml = Nvml.open(standIn.library())) {
            assertThat(nvml.missingFunctions())
                    .containsExactlyInAnyOrder("nvmlInit", "nvmlDeviceGetCount", "nvmlDeviceGetHandleByIndex");
        }
    }

    @Test
    void oldDriverLacksNewFunctions() throws Exception {
        NvmlStandIn standIn = NvmlStandIn.create(directory, StandInDriver.R470, 1);
        try (Nvml nvml = Nvml.open(standIn.library())) {
            assertThat(nvml.missingFunctions())
                    .contains(
                            "nvmlDeviceGetMemoryInfo_v2",
                            "nvmlDeviceGetTemperatureV",
                            "nvmlDeviceGetCurrentClocksEventReasons",
                            "nvmlDeviceGetComputeRunningProcesses_v3");
        }
    }

    @Test
    void veryOldLibraryIsReachedByUnversionedNames() throws Exception {
        Files.writeString(directory.resolve("old.c"), """
                static long device;
                int nvmlInit(void) { return 0; }
                int nvmlShutdown(void) { return 0; }
                int nvmlDeviceGetCount(unsigned int *count) { *count = 7; return 0; }
                int nvmlDeviceGetHandleByIndex(unsigned int index, void **handle) {
                    *handle = &device;
                    return index < 7 ? 0 : 2;
                }
                """);
        CCompiler.find().run(directory, List.of("-shared", "-fPIC", "-o", "libold.so", "old.c"));
        try (Nvml nvml = Nvml.open(directory.resolve("libold.so"))) {
            assertThat(nvml.deviceCount()).isEqualTo(7);
            NvmlDevice device = nvml.device(6);
            assertThat(device.readEnergy()).isEqualTo(NvmlReturn.FUNCTION_NOT_FOUND);
            assertThat(device.readPowerUsage()).isEqualTo(NvmlReturn.FUNCTION_NOT_FOUND);
            assertThatExceptionOfType(NvmlException.class)
                    .isThrownBy(device::name)
                    .withMessage("nvmlDeviceGetName: FUNCTION_NOT_FOUND (13)");
        }
    }

    private Path subdirectory(String name) throws IOException {
        return Files.createDirectory(directory.resolve(name));
    }
}
