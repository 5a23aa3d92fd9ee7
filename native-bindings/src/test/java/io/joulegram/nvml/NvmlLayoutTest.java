package io.joulegram.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class NvmlLayoutTest {
    @TempDir
    Path directory;

    @Test
    void everyOffsetIsWhatTheCCompilerMakesOfTheDeclarations() throws Exception {
        assertThat(javaTable()).isEqualTo(cTable());
    }

    @Test
    void structVersionHoldsSizeAndVersion() {
        assertThat(NvmlLayout.structVersion(NvmlLayout.MEMORY_V2_SIZE, 2)).isEqualTo(0x02000028);
        assertThat(NvmlLayout.structVersion(NvmlLayout.TEMPERATURE_SIZE, 1)).isEqualTo(0x0100000c);
    }

    private static Map<String, Integer> javaTable() throws IllegalAccessException {
        Map<String, Integer> table = new TreeMap<>();
        for (Field field : NvmlLayout.class.getDeclaredFields()) {
            if (!field.isSynthetic()) {
                table.put(field.getName(), field.getInt(null));
            }
        }
        return table;
    }

    private Map<String, Integer> cTable() throws IOException {
        CCompiler compiler = CCompiler.find();
        Path sources = NvmlStandIn.writeSources(directory);
        compiler.run(sources, List.of("-DNVML_HEADER=\"nvml.h\"", "-o", "layout", "layout.c"));
        Map<String, Integer> table = new TreeMap<>();
        CCompiler.runToEnd(sources, List.of(sources.resolve("layout").toString()))
                .lines()
                .map(line -> line.split(" ", 2))
                .forEach(words -> table.put(words[0], Integer.valueOf(words[1])));
        return table;
    }
}
