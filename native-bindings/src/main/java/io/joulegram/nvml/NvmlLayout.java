package io.joulegram.nvml;

/**
 * Sizes and offsets in bytes of NVML's structures, as in nvml.h 13.3 on LP64 (Linux on x86-64 and aarch64). A test
 * compares each with what a C compiler makes of the declarations.
 */
final class NvmlLayout {
    static final int FIELD_VALUE_SIZE = 40;
    static final int FIELD_VALUE_FIELD_ID = 0;
    static final int FIELD_VALUE_SCOPE_ID = 4;
    static final int FIELD_VALUE_TIMESTAMP = 8;
    static final int FIELD_VALUE_TYPE = 24;
    static final int FIELD_VALUE_RETURN = 28;
    static final int FIELD_VALUE_VALUE = 32;

    static final int SAMPLE_SIZE = 16;
    static final int SAMPLE_TIMESTAMP = 0;
    static final int SAMPLE_VALUE = 8;

    static final int UTILIZATION_SIZE = 8;
    static final int UTILIZATION_GPU = 0;
    static final int UTILIZATION_MEMORY = 4;

    static final int MEMORY_V1_SIZE = 24;
    static final int MEMORY_V1_TOTAL = 0;
    static final int MEMORY_V1_FREE = 8;
    static final int MEMORY_V1_USED = 16;

    static final int MEMORY_V2_SIZE = 40;
    static final int MEMORY_V2_VERSION = 0;
    static final int MEMORY_V2_TOTAL = 8;
    static final int MEMORY_V2_RESERVED = 16;
    static final int MEMORY_V2_FREE = 24;
    static final int MEMORY_V2_USED = 32;

    static final int PCI_INFO_SIZE = 68;
    static final int PCI_INFO_BUS_ID = 36;

    static final int TEMPERATURE_SIZE = 12;
    static final int TEMPERATURE_VERSION = 0;
    static final int TEMPERATURE_SENSOR_TYPE = 4;
    static final int TEMPERATURE_CELSIUS = 8;

    /** {@code nvmlProcessInfo_v1_t}. */
    static final int PROCESS_V1_SIZE = 16;

    /** {@code nvmlProcessInfo_v2_t}: the above, then the ids of the MIG instances. */
    static final int PROCESS_V2_SIZE = 24;

    /** What drivers 535.43 to 535.86 filled under the name of the above: that, then the protected memory. */
    static final int PROCESS_R535_SIZE = 32;

    static final int PROCESS_PID = 0;
    static final int PROCESS_MEMORY = 8;

    static final int PROCESS_UTILIZATION_SIZE = 32;
    static final int PROCESS_UTILIZATION_PID = 0;
    static final int PROCESS_UTILIZATION_TIMESTAMP = 8;
    static final int PROCESS_UTILIZATION_SM = 16;
    static final int PROCESS_UTILIZATION_MEMORY = 20;

    /** {@code nvmlDeviceAttributes_t}. */
    static final int ATTRIBUTES_SIZE = 40;

    static final int ATTRIBUTES_SM_COUNT = 0;
    static final int ATTRIBUTES_GPU_SLICES = 24;
    static final int ATTRIBUTES_COMPUTE_SLICES = 28;
    static final int ATTRIBUTES_MEMORY_MIB = 32;

    static final int GPM_SUPPORT_SIZE = 8;
    static final int GPM_SUPPORT_VERSION = 0;
    static final int GPM_SUPPORT_SUPPORTED = 4;

    static final int GPM_METRIC_SIZE = 40;
    static final int GPM_METRIC_ID = 0;
    static final int GPM_METRIC_RETURN = 4;
    static final int GPM_METRIC_VALUE = 8;

    /** {@code nvmlGpmMetricsGet_t}: its array grew from 98 to 210 and 333 metrics under one version number. */
    static final int GPM_METRICS_SIZE = 13344;

    static final int GPM_METRICS_VERSION = 0;
    static final int GPM_METRICS_COUNT = 4;
    static final int GPM_METRICS_SAMPLE1 = 8;
    static final int GPM_METRICS_SAMPLE2 = 16;
    static final int GPM_METRICS_ARRAY = 24;

    private NvmlLayout() {}

    /** {@code NVML_STRUCT_VERSION}: the size in the lower bits, the version from bit 24. */
    static int structVersion(int size, int version) {
        return size | version << 24;
    }
}
