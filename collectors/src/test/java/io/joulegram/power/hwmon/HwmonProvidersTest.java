package io.joulegram.power.hwmon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.joulegram.nvml.CCompiler;
import io.joulegram.power.Channel;
import io.joulegram.power.Domain;
import io.joulegram.power.GpuSource;
import io.joulegram.power.GpuTelemetry;
import io.joulegram.power.PowerSource;
import io.joulegram.power.PowerSourceProvider;
import io.joulegram.power.Quantity;
import io.joulegram.power.Readings;
import io.joulegram.power.Sensor;
import io.joulegram.power.SourceUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HwmonProvidersTest {
    private static final String AMD_SMI = """
            #include <stdint.h>
            static int reads;
            int amdsmi_init(uint64_t flags) { reads = 0; return 0; }
            int amdsmi_shut_down(void) { return 0; }
            int amdsmi_get_socket_handles(uint32_t *n, void **h) { if (h) h[0] = &reads; *n = 1; return 0; }
            int amdsmi_get_processor_handles(void *s, uint32_t *n, void **h) { if (h) h[0] = s; *n = 1; return 0; }
            int amdsmi_get_gpu_device_bdf(void *gpu, uint64_t *bdf) { *bdf = 0x300; return 0; }
            int amdsmi_get_energy_count(void *gpu, uint64_t *value, float *resolution, uint64_t *time) {
                *value = ++reads * 1000;
                *resolution = 15.25f;
                return reads > 2 ? 10 : 0;
            }
            """;

    @TempDir
    Path sysfs;

    @Test
    void readsAmdGpusByPciAddressWithWhatElseTheirDriverTells() throws Exception {
        chip(0, "amdgpu", "0000:83:00.0", Map.of("power1_input", "250000000"));
        chip(
                1,
                "amdgpu",
                "0000:03:00.0",
                Map.of(
                        "power1_average", "33123456",
                        "power1_cap", "300000000",
                        "power1_cap_max", "339000000",
                        "power1_cap_default", "303000000",
                        "temp1_input", "41000",
                        "freq1_input", "2100000000"));
        device(
                "0000:03:00.0",
                Map.of(
                        "unique_id", "a1b2c3d4e5f60718",
                        "product_name", "AMD INSTINCT MI210",
                        "gpu_busy_percent", "37",
                        "mem_info_vram_used", "1073741824",
                        "mem_info_vram_total", "68702699520"));

        List<PowerSource> sources = new HwmonGpuProvider(sysfs, false, Optional.empty()).open();

        assertThat(sources).extracting(PowerSource::name).containsExactly("hwmon:amd0", "hwmon:amd1");
        GpuSource first = (GpuSource) sources.get(0);
        assertThat(first.info().uuid()).isEqualTo("GPU-a1b2c3d4e5f60718");
        assertThat(first.info().name()).isEqualTo("AMD INSTINCT MI210");
        assertThat(first.info().pciBusId()).isEqualTo("0000:03:00.0");
        assertThat(first.info().defaultPowerLimitWatts()).isEqualTo(303);
        assertThat(first.channels().get(0).maxWatts()).isEqualTo(339);
        assertThat(read(first)).containsExactly("gpu amd0 33123 mW");
        assertThat(read(sources.get(1))).containsExactly("gpu amd1 250000 mW");
        first.refresh();
        GpuTelemetry telemetry = Optional.ofNullable(first.telemetry()).orElseThrow();
        assertThat(telemetry.utilizationRatio()).hasValue(0.37);
        assertThat(telemetry.memoryUsedBytes()).hasValue(1L << 30);
        assertThat(telemetry.temperatureCelsius()).hasValue(41);
        assertThat(telemetry.powerLimitWatts()).hasValue(300);
        sources.forEach(PowerSource::close);
        assertThat(read(first)).containsExactly("gpu amd0 EBADF");
    }

    @Test
    void putsTheEnergyCounterOfAmdsLibraryBesideThePowerOfTheSameGpu() throws Exception {
        chip(0, "amdgpu", "0000:03:00.0", Map.of("power1_input", "33000000"));
        chip(1, "amdgpu", "0000:04:00.0", Map.of("power1_input", "44000000"));
        Path library = amdSmi();
        for (int i = 0; i < 2; i++) {
            List<PowerSource> sources = new HwmonGpuProvider(sysfs, true, Optional.of(library)).open();

            assertThat(sources.get(0).channels())
                    .extracting(Channel::sensor)
                    .containsExactly(Sensor.HWMON, Sensor.AMDSMI_ENERGY);
            assertThat(sources.get(0).channels().get(1).microjoulesPerCount()).isEqualTo(15.25);
            assertThat(read(sources.get(0))).containsExactly("gpu amd0 33000 mW", "gpu amd0 2000 uJ");
            assertThat(read(sources.get(0))).containsExactly("gpu amd0 33000 mW", "gpu amd0 AMDSMI_NO_PERM");
            // The library tells nothing of the second GPU, whose power is integrated.
            assertThat(read(sources.get(1))).containsExactly("gpu amd1 44000 mW");
            // The library is shut down with the last that uses it, so that it can be opened again.
            sources.forEach(PowerSource::close);
        }
    }

    @Test
    void doesWithoutAmdsLibraryWhereItIsMissing() throws Exception {
        chip(0, "amdgpu", "0000:03:00.0", Map.of("power1_input", "33000000"));

        PowerSource source = new HwmonGpuProvider(sysfs, true, Optional.of(sysfs.resolve("none.so")))
                .open()
                .get(0);

        assertThat(read(source)).containsExactly("gpu amd0 33000 mW");
        source.close();
    }

    /** One GPU, whose counter can be read twice: once at the search, once after. */
    private Path amdSmi() throws IOException {
        Path directory = Files.createDirectories(sysfs.resolve("lib"));
        Files.writeString(directory.resolve("amdsmi.c"), AMD_SMI);
        CCompiler.find().run(directory, List.of("-shared", "-fPIC", "-o", "libamd_smi.so", "amdsmi.c"));
        return directory.resolve("libamd_smi.so");
    }

    @Test
    void leavesOutAGpuInsideAProcessor() throws Exception {
        chip(0, "amdgpu", "0000:c4:00.0", Map.of("power1_input", "9000000", "in1_input", "900", "in1_label", "vddnb"));

        assertUnavailable(
                new HwmonGpuProvider(sysfs, false, Optional.empty()),
                "0000:c4:00.0 (amdgpu) is part of a processor, whose package contains it");
    }

    @Test
    void takesTheCardOfAnIntelGpuAndNotThePackageOnIt() throws Exception {
        chip(
                0,
                "xe",
                "0000:03:00.0",
                Map.of(
                        "energy1_input", "9223372036854775807",
                        "energy1_label", "card",
                        "energy2_input", "12",
                        "energy2_label", "pkg"));
        chip(1, "xe", "0000:04:00.0", Map.of("energy2_input", "34", "energy2_label", "pkg"));
        chip(2, "i915", "0000:05:00.0", Map.of("energy1_input", "56", "power1_max", "120000000"));
        chip(3, "i915_gt0", "0000:05:00.0", Map.of("energy1_input", "55"));

        List<PowerSource> sources = new HwmonGpuProvider(sysfs, false, Optional.empty()).open();

        List<String> values = new ArrayList<>();
        for (PowerSource source : sources) {
            values.addAll(read(source));
        }
        assertThat(values).containsExactly("gpu intel0 56 uJ", "gpu intel1 9223372036854775807 uJ", "gpu intel2 34 uJ");
        sources.forEach(PowerSource::close);
    }

    @Test
    void readsGraceSocketsSoThatWhatLiesInsideAnotherDoesNotCount() throws Exception {
        int number = 0;
        for (String socket : List.of("0", "1")) {
            for (String part : List.of("Module", "Grace", "CPU", "SysIO")) {
                int watts = List.of(600, 200, 120, 30)
                        .get(List.of("Module", "Grace", "CPU", "SysIO").indexOf(part));
                chip(
                        number,
                        "power_meter",
                        "ACPI000D:0" + number,
                        Map.of(
                                "power1_oem_info",
                                part + " Power Socket " + socket,
                                "power1_average",
                                watts + "000000",
                                "power1_average_interval",
                                "50",
                                "power1_accuracy",
                                "98.0%"));
                number++;
            }
        }

        PowerSource source = new HwmonProcessorProvider(sysfs).open().get(0);

        assertThat(read(source))
                .containsExactlyInAnyOrder(
                        "gpu_module 0 600000 mW",
                        "cpu 0 200000 mW",
                        "core 0 120000 mW",
                        "uncore 0 30000 mW",
                        "gpu_module 1 600000 mW",
                        "cpu 1 200000 mW",
                        "core 1 120000 mW",
                        "uncore 1 30000 mW");
        assertThat(source.channels()).allSatisfy(channel -> {
            assertThat(channel.windowNanos()).isEqualTo(50_000_000);
            assertThat(channel.gainUncertaintyRatio()).isBetween(0.0199, 0.0201);
        });
        source.close();
        assertUnavailable(
                new HwmonPlatformProvider(sysfs),
                "no meter of the whole server (ACPI power_meter, Jetson VDD_IN) in " + sysfs
                        + "/class/hwmon, which has power_meter");
    }

    @Test
    void takesTheCpuRailOfAGraceThatHasNoOther() throws Exception {
        chip(
                0,
                "power_meter",
                "ACPI000D:00",
                Map.of("power1_oem_info", "CPU Power Socket 0", "power1_average", "5000"));

        assertThat(read(new HwmonProcessorProvider(sysfs).open().get(0))).containsExactly("cpu 0 5 mW");
    }

    @Test
    void readsTheSocketsOfAmdEnergyAndNotTheirCores() throws Exception {
        chip(
                0,
                "amd_energy",
                "amd_energy.0",
                Map.of(
                        "energy1_input",
                        "7",
                        "energy1_label",
                        "Ecore000",
                        "energy2_input",
                        "1234567",
                        "energy2_label",
                        "Esocket0",
                        "energy3_input",
                        "2345678",
                        "energy3_label",
                        "Esocket1"));

        assertThat(read(new HwmonProcessorProvider(sysfs).open().get(0)))
                .containsExactly("cpu 0 1234567 uJ", "cpu 1 2345678 uJ");
    }

    @Test
    void multipliesVoltageAndCurrentOfJetsonRails() throws Exception {
        jetson("VDD_IN", "VDD_GPU_SOC", "VDD_CPU_CV");

        assertThat(read(new HwmonPlatformProvider(sysfs).open().get(0))).containsExactly("platform vdd_in 19000 mW");
        assertThat(read(new HwmonGpuProvider(sysfs, false, Optional.empty())
                        .open()
                        .get(0)))
                .containsExactly("gpu jetson0 38000 mW");
        assertThat(read(new HwmonProcessorProvider(sysfs).open().get(0))).containsExactly("cpu 0 57000 mW");
    }

    @Test
    void countsARailThatFeedsProcessorAndGpuForNeither() throws Exception {
        jetson("VDD_IN", "VDD_CPU_GPU_CV", "VDD_SOC");

        assertUnavailable(
                new HwmonGpuProvider(sysfs, false, Optional.empty()),
                "no AMD, Intel or Jetson GPU in " + sysfs + "/class/hwmon, which has ina3221");
        assertUnavailable(
                new HwmonProcessorProvider(sysfs),
                "no processor that hwmon measures (amd_energy, NVIDIA Grace, apm_xgene, Jetson) in " + sysfs
                        + "/class/hwmon, which has ina3221");
    }

    @Test
    void takesAnyOtherAcpiMeterForTheWholeServer() throws Exception {
        chip(0, "power_meter", "ACPI000D:00", Map.of("power1_average", "412000000"));

        PowerSource source = new HwmonPlatformProvider(sysfs).open().get(0);

        assertThat(read(source)).containsExactly("platform acpi0 412000 mW");
        assertThat(source.channels().get(0).domain().component()).isNull();
    }

    @Test
    void refusesAProductThatCannotBe() throws Exception {
        chip(
                0,
                "ina3221",
                "1-0040",
                Map.of("in1_label", "VDD_IN", "in1_input", "9223372036854775807", "curr1_input", "2"));

        assertThat(read(new HwmonPlatformProvider(sysfs).open().get(0))).containsExactly("platform vdd_in EBADMSG");
    }

    @Test
    void tellsThatThereIsNoHwmon() {
        assertUnavailable(
                new HwmonGpuProvider(sysfs, false, Optional.empty()),
                sysfs + "/class/hwmon cannot be listed: this kernel offers no hwmon, as in most virtual machines");
    }

    private static void assertUnavailable(PowerSourceProvider provider, String reason) {
        assertThatExceptionOfType(SourceUnavailableException.class)
                .isThrownBy(provider::open)
                .withMessage(reason);
    }

    private static List<String> read(PowerSource source) {
        Readings readings = new Readings(source.channels().size());
        source.read(readings);
        List<String> values = new ArrayList<>();
        for (int i = 0; i < readings.size(); i++) {
            Channel channel = source.channels().get(i);
            Domain domain = channel.domain();
            String unit = channel.quantity() == Quantity.ENERGY ? " uJ" : " mW";
            String value = readings.status(i) == Readings.Status.MEASURED
                    ? readings.value(i) + unit
                    : source.errorName(readings.errorCode(i));
            values.add(domain + " " + channel.device() + " " + value);
        }
        return values;
    }

    /** Rail n has 5 V and n times 3.8 A. */
    private void jetson(String first, String second, String third) throws IOException {
        chip(
                0,
                "ina3221",
                "1-0040",
                Map.of(
                        "in1_label",
                        first,
                        "in1_input",
                        "5000",
                        "curr1_input",
                        "3800",
                        "in2_label",
                        second,
                        "in2_input",
                        "5000",
                        "curr2_input",
                        "7600",
                        "in3_label",
                        third,
                        "in3_input",
                        "5000"));
        put("class/hwmon/hwmon0/curr3_input", "11400");
    }

    private void chip(int number, String name, String device, Map<String, String> attributes) throws IOException {
        String directory = "class/hwmon/hwmon" + number;
        put(directory + "/name", name);
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            put(directory + "/" + attribute.getKey(), attribute.getValue());
        }
        device(device, Map.of());
        Files.createSymbolicLink(sysfs.resolve(directory + "/device"), sysfs.resolve("devices/" + device));
    }

    private void device(String device, Map<String, String> attributes) throws IOException {
        Files.createDirectories(sysfs.resolve("devices/" + device));
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            put("devices/" + device + "/" + attribute.getKey(), attribute.getValue());
        }
    }

    private void put(String name, String content) throws IOException {
        Path file = sysfs.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, content + "\n");
    }
}
