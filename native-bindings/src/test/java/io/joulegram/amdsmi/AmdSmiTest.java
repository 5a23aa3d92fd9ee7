package io.joulegram.amdsmi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.joulegram.nvml.CCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AmdSmiTest {
    /** Two sockets of one GPU; the first counts 1000 for each reading, the second has no counter. */
    private static final String STAND_IN = """
            #include <stdint.h>
            static int open, shut;
            static uint64_t count = 123456789000;
            int amdsmi_init(uint64_t flags) { open++; return flags == 2 ? 0 : 1; }
            int amdsmi_shut_down(void) { shut++; return 0; }
            int amdsmi_get_socket_handles(uint32_t *n, void **h) {
                if (h) { h[0] = (void *) 0x10; h[1] = (void *) 0x20; }
                *n = 2;
                return 0;
            }
            int amdsmi_get_processor_handles(void *socket, uint32_t *n, void **h) {
                if (h) h[0] = (void *) ((uintptr_t) socket + 1);
                *n = 1;
                return 0;
            }
            int amdsmi_get_gpu_device_bdf(void *gpu, uint64_t *bdf) {
                *bdf = gpu == (void *) 0x11 ? 0x10300 : 0xc3fa;
                return 0;
            }
            #ifndef OLD
            int amdsmi_get_energy_count(void *gpu, uint64_t *value, float *resolution, uint64_t *time) {
                if (gpu != (void *) 0x11) return 2;
                count += 1000;
                *value = BROKEN ? UINT64_MAX : count;
                *resolution = 15.259f;
                *time = 1;
                return 0;
            }
            #endif
            """;

    @TempDir
    Path directory;

    @Test
    void readsTheCounterOfEachGpuByItsPciAddress() throws Exception {
        try (AmdSmi library = AmdSmi.open(Optional.of(standIn("-DBROKEN=0")))) {
            List<AmdSmiGpu> gpus = library.gpus();

            assertThat(gpus).extracting(AmdSmiGpu::pciAddress).containsExactly("0001:03:00.0", "0000:c3:1f.2");
            assertThat(gpus.get(0).read()).isZero();
            assertThat(gpus.get(0).read()).isZero();
            assertThat(gpus.get(0).count()).isEqualTo(123_456_791_000L);
            assertThat(gpus.get(0).microjoulesPerCount()).isEqualTo(15.259f);
            assertThat(AmdSmiStatus.nameOf(gpus.get(1).read())).isEqualTo("NOT_SUPPORTED");
        }
    }

    @Test
    void refusesACounterOfAllOnesAndMayBeOpenedAgain() throws Exception {
        Path file = standIn("-DBROKEN=1");
        for (int i = 0; i < 2; i++) {
            try (AmdSmi library = AmdSmi.open(Optional.of(file))) {
                assertThat(library.gpus().get(0).read()).isEqualTo(AmdSmiStatus.UNEXPECTED_DATA);
            }
        }
    }

    @Test
    void saysThatTheLibraryIsMissingOrTooOld() throws Exception {
        Path old = standIn("-DOLD");
        assertThatExceptionOfType(AmdSmiException.class)
                .isThrownBy(() -> AmdSmi.open(Optional.of(directory.resolve("none.so"))))
                .withMessageEndingWith("none.so cannot be loaded");
        assertThatExceptionOfType(AmdSmiException.class)
                .isThrownBy(() -> AmdSmi.open(Optional.of(old)))
                .withMessageStartingWith("libamd_smi is older than ROCm 6.0");
    }

    private Path standIn(String definition) throws IOException {
        CCompiler compiler = CCompiler.find();
        Files.writeString(directory.resolve("amdsmi.c"), STAND_IN);
        compiler.run(directory, List.of("-shared", "-fPIC", definition, "-o", "libamd_smi.so", "amdsmi.c"));
        return directory.resolve("libamd_smi.so");
    }
}
