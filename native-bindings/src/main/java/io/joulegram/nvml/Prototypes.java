package io.joulegram.nvml;

/**
 * The C prototypes, one class for each: JNA binds a class at a time and fails all of it for one missing symbol. A {@code
 * long} is a device handle or an address, but for the times named {@code lastSeen}; an {@code int} is a C int. See
 * {@link NvmlLibrary}, which alone may call them: each only if its class was bound.
 */
final class Prototypes {
    private Prototypes() {}

    static final class SystemDriverVersion {
        static native int nvmlSystemGetDriverVersion(long text, int length);
    }

    static final class SystemNvmlVersion {
        static native int nvmlSystemGetNVMLVersion(long text, int length);
    }

    static final class CountV2 {
        static native int nvmlDeviceGetCount_v2(long count);
    }

    static final class Count {
        static native int nvmlDeviceGetCount(long count);
    }

    static final class HandleByIndexV2 {
        static native int nvmlDeviceGetHandleByIndex_v2(int index, long device);
    }

    static final class HandleByIndex {
        static native int nvmlDeviceGetHandleByIndex(int index, long device);
    }

    static final class Name {
        static native int nvmlDeviceGetName(long device, long text, int length);
    }

    static final class Uuid {
        static native int nvmlDeviceGetUUID(long device, long text, int length);
    }

    static final class Serial {
        static native int nvmlDeviceGetSerial(long device, long text, int length);
    }

    static final class PciInfoV3 {
        static native int nvmlDeviceGetPciInfo_v3(long device, long pci);
    }

    static final class MinorNumber {
        static native int nvmlDeviceGetMinorNumber(long device, long minor);
    }

    static final class Architecture {
        static native int nvmlDeviceGetArchitecture(long device, long architecture);
    }

    static final class ComputeCapability {
        static native int nvmlDeviceGetCudaComputeCapability(long device, long major, long minor);
    }

    static final class PersistenceMode {
        static native int nvmlDeviceGetPersistenceMode(long device, long mode);
    }

    static final class MigMode {
        static native int nvmlDeviceGetMigMode(long device, long current, long pending);
    }

    static final class TotalEnergy {
        static native int nvmlDeviceGetTotalEnergyConsumption(long device, long millijoules);
    }

    static final class FieldValues {
        static native int nvmlDeviceGetFieldValues(long device, int count, long values);
    }

    static final class PowerUsage {
        static native int nvmlDeviceGetPowerUsage(long device, long milliwatts);
    }

    static final class PowerLimit {
        static native int nvmlDeviceGetPowerManagementLimit(long device, long milliwatts);
    }

    static final class PowerLimitConstraints {
        static native int nvmlDeviceGetPowerManagementLimitConstraints(long device, long min, long max);
    }

    static final class DefaultPowerLimit {
        static native int nvmlDeviceGetPowerManagementDefaultLimit(long device, long milliwatts);
    }

    static final class EnforcedPowerLimit {
        static native int nvmlDeviceGetEnforcedPowerLimit(long device, long milliwatts);
    }

    static final class Samples {
        static native int nvmlDeviceGetSamples(
                long device, int type, long lastSeen, long valueType, long count, long samples);
    }

    static final class UtilizationRates {
        static native int nvmlDeviceGetUtilizationRates(long device, long utilization);
    }

    static final class MemoryInfoV2 {
        static native int nvmlDeviceGetMemoryInfo_v2(long device, long memory);
    }

    static final class MemoryInfo {
        static native int nvmlDeviceGetMemoryInfo(long device, long memory);
    }

    static final class Temperature {
        static native int nvmlDeviceGetTemperature(long device, int sensor, long celsius);
    }

    static final class TemperatureV {
        static native int nvmlDeviceGetTemperatureV(long device, long temperature);
    }

    static final class ClockInfo {
        static native int nvmlDeviceGetClockInfo(long device, int type, long megahertz);
    }

    static final class ClocksEventReasons {
        static native int nvmlDeviceGetCurrentClocksEventReasons(long device, long reasons);
    }

    static final class ClocksThrottleReasons {
        static native int nvmlDeviceGetCurrentClocksThrottleReasons(long device, long reasons);
    }

    static final class ComputeProcessesV3 {
        static native int nvmlDeviceGetComputeRunningProcesses_v3(long device, long count, long processes);
    }

    static final class ComputeProcessesV2 {
        static native int nvmlDeviceGetComputeRunningProcesses_v2(long device, long count, long processes);
    }

    static final class ComputeProcesses {
        static native int nvmlDeviceGetComputeRunningProcesses(long device, long count, long processes);
    }

    static final class ProcessUtilization {
        static native int nvmlDeviceGetProcessUtilization(long device, long samples, long count, long lastSeen);
    }

    static final class MaxMigDeviceCount {
        static native int nvmlDeviceGetMaxMigDeviceCount(long device, long count);
    }

    static final class MigDeviceHandleByIndex {
        static native int nvmlDeviceGetMigDeviceHandleByIndex(long device, int index, long migDevice);
    }

    static final class GpuInstanceId {
        static native int nvmlDeviceGetGpuInstanceId(long migDevice, long id);
    }

    static final class ComputeInstanceId {
        static native int nvmlDeviceGetComputeInstanceId(long migDevice, long id);
    }

    static final class AttributesV2 {
        static native int nvmlDeviceGetAttributes_v2(long migDevice, long attributes);
    }

    static final class GpmQueryDeviceSupport {
        static native int nvmlGpmQueryDeviceSupport(long device, long support);
    }

    static final class GpmSampleAlloc {
        static native int nvmlGpmSampleAlloc(long sample);
    }

    static final class GpmSampleFree {
        static native int nvmlGpmSampleFree(long sample);
    }

    static final class GpmSampleGet {
        static native int nvmlGpmSampleGet(long device, long sample);
    }

    static final class GpmMigSampleGet {
        static native int nvmlGpmMigSampleGet(long device, int gpuInstance, long sample);
    }

    static final class GpmMetricsGet {
        static native int nvmlGpmMetricsGet(long metrics);
    }
}
