package io.joulegram.nvml;

import static io.joulegram.nvml.NvmlLayout.GPM_SUPPORT_SUPPORTED;
import static io.joulegram.nvml.NvmlLayout.GPM_SUPPORT_VERSION;
import static io.joulegram.nvml.NvmlLayout.MEMORY_V1_FREE;
import static io.joulegram.nvml.NvmlLayout.MEMORY_V1_TOTAL;
import static io.joulegram.nvml.NvmlLayout.MEMORY_V1_USED;
import static io.joulegram.nvml.NvmlLayout.MEMORY_V2_FREE;
import static io.joulegram.nvml.NvmlLayout.MEMORY_V2_RESERVED;
import static io.joulegram.nvml.NvmlLayout.MEMORY_V2_SIZE;
import static io.joulegram.nvml.NvmlLayout.MEMORY_V2_TOTAL;
import static io.joulegram.nvml.NvmlLayout.MEMORY_V2_USED;
import static io.joulegram.nvml.NvmlLayout.MEMORY_V2_VERSION;
import static io.joulegram.nvml.NvmlLayout.PCI_INFO_BUS_ID;
import static io.joulegram.nvml.NvmlLayout.PCI_INFO_SIZE;
import static io.joulegram.nvml.NvmlLayout.TEMPERATURE_CELSIUS;
import static io.joulegram.nvml.NvmlLayout.TEMPERATURE_SENSOR_TYPE;
import static io.joulegram.nvml.NvmlLayout.TEMPERATURE_SIZE;
import static io.joulegram.nvml.NvmlLayout.TEMPERATURE_VERSION;
import static io.joulegram.nvml.NvmlLayout.UTILIZATION_GPU;
import static io.joulegram.nvml.NvmlLayout.UTILIZATION_MEMORY;
import static io.joulegram.nvml.NvmlLayout.structVersion;

import java.util.List;
import java.util.OptionalLong;

/**
 * A GPU, as {@link Nvml#device} opened it.
 *
 * <p>The methods named {@code read} return the code of {@link NvmlReturn} that the driver gave, keep the value here and
 * allocate nothing. All others give a value or throw {@link NvmlException}; any call may block as long as the driver
 * does.
 *
 * <p>Not thread-safe: a device belongs to one thread. Several may be opened for one GPU.
 */
public final class NvmlDevice {
    private static final int TEXT_LENGTH = 96;
    private static final int DIE_SENSOR = 0;

    private final NvmlLibrary library;
    private final int index;
    private final long handle;
    private final NativeBuffer out = new NativeBuffer(TEXT_LENGTH);
    private final ComputeProcesses computeProcesses;
    private final DeviceSamples samples;
    private final MigInstances migInstances;
    private long energyMillijoules;
    private long powerMilliwatts;

    NvmlDevice(NvmlLibrary library, int index, long handle) {
        this.library = library;
        this.index = index;
        this.handle = handle;
        computeProcesses = new ComputeProcesses(library, handle);
        samples = new DeviceSamples(library, handle);
        migInstances = new MigInstances(library, handle);
    }

    /** The index that it was opened by. */
    public int index() {
        return index;
    }

    // ---- read many times a second ----

    /**
     * Reads the energy counter ({@code nvmlDeviceGetTotalEnergyConsumption}); Volta and newer.
     *
     * @return a code of {@link NvmlReturn}
     */
    public int readEnergy() {
        int code = library.totalEnergyConsumption(handle, out.address());
        energyMillijoules = out.getLong(0);
        return code;
    }

    /** What the last {@link #readEnergy} that worked gave: mJ, unsigned, since the driver was loaded. */
    public long energyMillijoules() {
        return energyMillijoules;
    }

    /**
     * Reads the power ({@code nvmlDeviceGetPowerUsage}), whose meaning depends on architecture and driver: a mean over
     * one second on most, a sample of 25 ms on GA100.
     *
     * @return a code of {@link NvmlReturn}
     */
    public int readPowerUsage() {
        int code = library.powerUsage(handle, out.address());
        powerMilliwatts = out.getUnsignedInt(0);
        return code;
    }

    /** What the last {@link #readPowerUsage} that worked gave, in mW. */
    public long powerUsageMilliwatts() {
        return powerMilliwatts;
    }

    /** Makes memory to read some fields into; reading it allocates nothing. */
    public NvmlFieldValues fieldValues(List<NvmlField> fields) {
        return new NvmlFieldValues(library, handle, fields);
    }

    // ---- identity ----

    /** Product name, {@code NVIDIA H100 80GB HBM3}. */
    public String name() throws NvmlException {
        return text("nvmlDeviceGetName", library.name(handle, out.address(), TEXT_LENGTH));
    }

    /** UUID, {@code GPU-...}: the same over reboots. */
    public String uuid() throws NvmlException {
        return text("nvmlDeviceGetUUID", library.uuid(handle, out.address(), TEXT_LENGTH));
    }

    /** Serial number of the board. */
    public String serial() throws NvmlException {
        return text("nvmlDeviceGetSerial", library.serial(handle, out.address(), TEXT_LENGTH));
    }

    /** PCI address, {@code 00000000:3B:00.0} ({@code nvmlDeviceGetPciInfo_v3}). */
    public String pciBusId() throws NvmlException {
        Calls.check("nvmlDeviceGetPciInfo_v3", library.pciInfo(handle, out.address()));
        return out.getText(PCI_INFO_BUS_ID, PCI_INFO_SIZE - PCI_INFO_BUS_ID);
    }

    /** The n of {@code /dev/nvidia<n>}. */
    public int minorNumber() throws NvmlException {
        return (int) unsigned("nvmlDeviceGetMinorNumber", library.minorNumber(handle, out.address()));
    }

    /** {@code NVML_DEVICE_ARCH_*}: 7 is Ampere, 8 Ada, 9 Hopper, 10 Blackwell; newer ones are greater. */
    public long architecture() throws NvmlException {
        return unsigned("nvmlDeviceGetArchitecture", library.architecture(handle, out.address()));
    }

    /** CUDA compute capability. */
    public NvmlComputeCapability computeCapability() throws NvmlException {
        Calls.check(
                "nvmlDeviceGetCudaComputeCapability",
                library.computeCapability(handle, out.address(), out.address(Integer.BYTES)));
        return new NvmlComputeCapability(out.getInt(0), out.getInt(Integer.BYTES));
    }

    /** Whether the driver stays loaded while nobody uses the GPU. */
    public boolean persistenceMode() throws NvmlException {
        return unsigned("nvmlDeviceGetPersistenceMode", library.persistenceMode(handle, out.address())) != 0;
    }

    /** Whether the GPU is divided into instances. */
    public NvmlMigMode migMode() throws NvmlException {
        Calls.check("nvmlDeviceGetMigMode", library.migMode(handle, out.address(), out.address(Integer.BYTES)));
        return new NvmlMigMode(out.getInt(0) != 0, out.getInt(Integer.BYTES) != 0);
    }

    // ---- limits ----

    /** The limit that was set, in mW. */
    public long powerLimitMilliwatts() throws NvmlException {
        return unsigned("nvmlDeviceGetPowerManagementLimit", library.powerLimit(handle, out.address()));
    }

    /** The limits that can be set. */
    public NvmlPowerRange powerLimitRange() throws NvmlException {
        Calls.check(
                "nvmlDeviceGetPowerManagementLimitConstraints",
                library.powerLimitConstraints(handle, out.address(), out.address(Integer.BYTES)));
        return new NvmlPowerRange(out.getUnsignedInt(0), out.getUnsignedInt(Integer.BYTES));
    }

    /** The limit as shipped, in mW. */
    public long defaultPowerLimitMilliwatts() throws NvmlException {
        return unsigned("nvmlDeviceGetPowerManagementDefaultLimit", library.defaultPowerLimit(handle, out.address()));
    }

    /** The least of all limits in force, in mW. */
    public long enforcedPowerLimitMilliwatts() throws NvmlException {
        return unsigned("nvmlDeviceGetEnforcedPowerLimit", library.enforcedPowerLimit(handle, out.address()));
    }

    // ---- load ----

    /** How busy the GPU is. */
    public NvmlUtilization utilization() throws NvmlException {
        Calls.check("nvmlDeviceGetUtilizationRates", library.utilizationRates(handle, out.address()));
        return new NvmlUtilization(out.getUnsignedInt(UTILIZATION_GPU), out.getUnsignedInt(UTILIZATION_MEMORY));
    }

    /** Memory in use ({@code nvmlDeviceGetMemoryInfo_v2}, or the first version where that is missing). */
    public NvmlMemory memory() throws NvmlException {
        out.putInt(MEMORY_V2_VERSION, structVersion(MEMORY_V2_SIZE, 2));
        int code = library.memoryInfoV2(handle, out.address());
        if (code == NvmlReturn.SUCCESS) {
            return new NvmlMemory(
                    out.getLong(MEMORY_V2_TOTAL),
                    out.getLong(MEMORY_V2_FREE),
                    out.getLong(MEMORY_V2_USED),
                    OptionalLong.of(out.getLong(MEMORY_V2_RESERVED)));
        }
        if (!NvmlReturn.isAbsent(code)) {
            throw new NvmlException("nvmlDeviceGetMemoryInfo_v2", code);
        }
        Calls.check("nvmlDeviceGetMemoryInfo", library.memoryInfo(handle, out.address()));
        return new NvmlMemory(
                out.getLong(MEMORY_V1_TOTAL),
                out.getLong(MEMORY_V1_FREE),
                out.getLong(MEMORY_V1_USED),
                OptionalLong.empty());
    }

    /** Temperature of the die in degrees Celsius ({@code nvmlDeviceGetTemperatureV}, or what came before it). */
    public int temperatureCelsius() throws NvmlException {
        out.putInt(TEMPERATURE_VERSION, structVersion(TEMPERATURE_SIZE, 1));
        out.putInt(TEMPERATURE_SENSOR_TYPE, DIE_SENSOR);
        int code = library.temperatureV(handle, out.address());
        if (code == NvmlReturn.SUCCESS) {
            return out.getInt(TEMPERATURE_CELSIUS);
        }
        if (!NvmlReturn.isAbsent(code)) {
            throw new NvmlException("nvmlDeviceGetTemperatureV", code);
        }
        Calls.check("nvmlDeviceGetTemperature", library.temperature(handle, DIE_SENSOR, out.address()));
        return out.getInt(0);
    }

    /** A clock in MHz. */
    public long clockMegahertz(NvmlClock clock) throws NvmlException {
        return unsigned("nvmlDeviceGetClockInfo", library.clockInfo(handle, clock.type(), out.address()));
    }

    /**
     * Why the clocks are not higher: bits of {@code nvmlClocksEventReasons}. 0x1 idle, 0x2 set by application, 0x4
     * power cap, 0x8 hardware slowdown, 0x10 sync boost, 0x20 thermal (software), 0x40 thermal (hardware), 0x80 power
     * brake, 0x100 display.
     */
    public long throttleReasons() throws NvmlException {
        Calls.check("nvmlDeviceGetCurrentClocksEventReasons", library.currentClocksEventReasons(handle, out.address()));
        return out.getLong(0);
    }

    /** The power samples that the driver takes by itself. */
    public NvmlPowerRing powerRing() {
        return new NvmlPowerRing(library, handle);
    }

    // ---- processes ----

    /** The processes with a compute context, by the newest version of the call that the library has. */
    public List<NvmlProcess> computeProcesses() throws NvmlException {
        return computeProcesses.read();
    }

    /**
     * What each process did since a time ({@code nvmlDeviceGetProcessUtilization}); processes that did nothing are left
     * out, and on a GPU divided into instances the call is not supported.
     *
     * @param lastSeenMicros only samples after this time, microseconds since 1970; 0 for all
     */
    public List<NvmlProcessUtilization> processUtilization(long lastSeenMicros) throws NvmlException {
        return samples.processUtilization(lastSeenMicros);
    }

    // ---- parts ----

    /**
     * How many instances a GPU can be divided into ({@code nvmlDeviceGetMaxMigDeviceCount}), which is how many slices it
     * has: 7 on most, 4 on some; 0 if it is not divided.
     */
    public int maxMigInstances() throws NvmlException {
        Calls.check("nvmlDeviceGetMaxMigDeviceCount", library.maxMigDeviceCount(handle, out.address()));
        return (int) Math.min(MigInstances.MAX_INSTANCES, out.getUnsignedInt(0));
    }

    /** The instances of a GPU that is divided by MIG, in the order of NVML; empty if there is none yet. */
    public List<NvmlMigInstance> migInstances() throws NvmlException {
        return migInstances.read(maxMigInstances());
    }

    /** Whether the performance counters can be read ({@code nvmlGpmQueryDeviceSupport}). */
    public boolean isGpmSupported() throws NvmlException {
        out.putInt(GPM_SUPPORT_VERSION, 1);
        out.putInt(GPM_SUPPORT_SUPPORTED, 0);
        Calls.check("nvmlGpmQueryDeviceSupport", library.gpmQueryDeviceSupport(handle, out.address()));
        return out.getInt(GPM_SUPPORT_SUPPORTED) != 0;
    }

    /** Memory for reading the performance counters of the GPU; the caller closes it. */
    public NvmlGpm gpm() throws NvmlException {
        return NvmlGpm.ofDevice(library, handle);
    }

    /** The same of a GPU instance, by its id. */
    public NvmlGpm gpm(int gpuInstance) throws NvmlException {
        return NvmlGpm.ofInstance(library, handle, gpuInstance);
    }

    private String text(String function, int code) throws NvmlException {
        Calls.check(function, code);
        return out.getText(0, TEXT_LENGTH);
    }

    private long unsigned(String function, int code) throws NvmlException {
        Calls.check(function, code);
        return out.getUnsignedInt(0);
    }
}
