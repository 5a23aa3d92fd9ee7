package io.joulegram.power.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import io.joulegram.nvml.NvmlException;
import io.joulegram.nvml.NvmlReturn;
import io.joulegram.power.SourceUnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NvmlAdviceTest {
    private final NvmlException notFound = new NvmlException("dlopen", NvmlReturn.LIBRARY_NOT_FOUND);

    @TempDir
    Path devices;

    @Test
    void withoutDeviceFilesThereIsNoDriver() {
        SourceUnavailableException e = new NvmlAdvice(Optional.empty(), devices, Set::of).onOpen(notFound);
        assertThat(e)
                .hasMessage(
                        "there is no NVIDIA driver here (libnvidia-ml.so.1 not found) (dlopen: LIBRARY_NOT_FOUND (12))");
        assertThat(e.fix()).contains("install the NVIDIA driver", "--gpus all", "--nvml.library FILE");
    }

    @Test
    void deviceFilesWithoutTheLibraryMeanAContainerWithoutTheUtilityCapability() throws Exception {
        Files.createFile(devices.resolve("nvidiactl"));
        SourceUnavailableException e = new NvmlAdvice(Optional.empty(), devices, Set::of).onOpen(notFound);
        assertThat(e).hasMessageContaining("driver is loaded but its library libnvidia-ml.so.1 is not installed");
        assertThat(e.fix()).contains("NVIDIA_DRIVER_CAPABILITIES=compute,utility");
    }

    @Test
    void libraryThatIsNotNvmlIsSaidToBeSo() {
        SourceUnavailableException e = new NvmlAdvice(Optional.of(Path.of("/lib/libc.so.6")), devices, Set::of)
                .onOpen(new NvmlException("nvmlInit_v2", NvmlReturn.FUNCTION_NOT_FOUND));
        assertThat(e).hasMessageContaining("is not NVML");
        assertThat(e.fix()).contains("--nvml.library");
    }

    @Test
    void libraryOfTheOldDriverThatStaysMappedMeansToRestartTheAgent() {
        SourceUnavailableException e = new NvmlAdvice(
                        Optional.empty(), devices, () -> Set.of("/usr/lib/libnvidia-ml.so.535.54 (deleted)"))
                .onOpen(new NvmlException("nvmlInit_v2", NvmlReturn.LIB_RM_VERSION_MISMATCH));
        assertThat(e)
                .hasMessageContaining("cannot let go of the old one's library")
                .hasMessageContaining("libnvidia-ml.so.535.54 (deleted)");
        assertThat(e.fix()).isEqualTo("restart the agent");
    }
}
