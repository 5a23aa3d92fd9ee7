package io.joulegram.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Loading by name, in a process of its own, since the dynamic linker reads its search path only at the start. */
final class NvmlDefaultLibraryTest {
    @TempDir
    Path directory;

    @Test
    void libraryIsFoundByTheSearchPathOfTheDynamicLinker() throws Exception {
        NvmlStandIn.create(directory, StandInDriver.R580, 5);
        assertThat(outputOfProgram(directory)).endsWith("5 GPUs");
    }

    /** Opens NVML by its default names and tells what it finds. */
    static final class Program {
        private Program() {}

        public static void main(String[] arguments) throws NvmlException {
            try (Nvml nvml = Nvml.open()) {
                System.out.println(nvml.deviceCount() + " GPUs");
            }
        }
    }

    private String outputOfProgram(Path searchPath) throws IOException {
        return CCompiler.runToEnd(
                        directory,
                        List.of(
                                "env",
                                "LD_LIBRARY_PATH=" + searchPath,
                                Path.of(System.getProperty("java.home"), "bin", "java")
                                        .toString(),
                                "-cp",
                                System.getProperty("java.class.path"),
                                Program.class.getName()))
                .strip();
    }
}
