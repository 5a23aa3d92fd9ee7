package io.joulegram.nvml;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A library whose field n has a value of type n, and all other bytes of its slot set. */
final class NvmlValueTypesTest {
    private static final String SOURCE = """
            #include "nvml.h"
            #include <string.h>
            static int64_t device;
            int nvmlInit_v2(void) { return 0; }
            int nvmlShutdown(void) { return 0; }
            int nvmlDeviceGetHandleByIndex_v2(unsigned int index, nvmlDevice_t *handle) {
                *handle = &device;
                return (int)index;
            }
            int nvmlDeviceGetFieldValues(nvmlDevice_t handle, int count, nvmlFieldValue_t *values) {
                for (int i = 0; i < count; i++) {
                    nvmlValue_t *value = &values[i].value;
                    memset(value, 0xff, sizeof *value);
                    values[i].nvmlReturn = handle == &device ? 0 : 2;
                    values[i].valueType = (int)values[i].fieldId;
                    switch (values[i].fieldId) {
                        case 0: value->dVal = 1234.6; break;
                        case 1: value->uiVal = 4000000000u; break;
                        case 2: value->ulVal = 5000000000ul; break;
                        case 3: value->ullVal = 6000000000ull; break;
                        case 4: value->sllVal = -7000000000ll; break;
                        case 5: value->siVal = -8; break;
                        case 6: value->usVal = 60000; break;
                    }
                }
                return 0;
            }
            """;

    @TempDir
    Path directory;

    @Test
    void everyTypeIsDecodedAndAnUnknownOneRefused() throws Exception {
        CCompiler compiler = CCompiler.find();
        Path sources = NvmlStandIn.writeSources(directory);
        Files.writeString(sources.resolve("types.c"), SOURCE);
        compiler.run(sources, List.of("-shared", "-fPIC", "-o", "libtypes.so", "types.c"));
        List<NvmlField> all =
                IntStream.range(0, 8).mapToObj(id -> new NvmlField(id, 0)).toList();
        try (Nvml nvml = Nvml.open(sources.resolve("libtypes.so"))) {
            NvmlFieldValues fields = nvml.device(0).fieldValues(all);
            assertThat(fields.read()).isEqualTo(NvmlReturn.SUCCESS);
            assertThat(IntStream.range(0, 7).mapToLong(fields::value).toArray())
                    .containsExactly(
                            1235L, 4_000_000_000L, 5_000_000_000L, 6_000_000_000L, -7_000_000_000L, -8L, 60_000L);
            assertThat(IntStream.range(0, 8).map(fields::returnCode).toArray())
                    .containsExactly(0, 0, 0, 0, 0, 0, 0, NvmlReturn.UNKNOWN);
        }
    }
}
