/* Prints the layout of each structure as lines of NAME VALUE, in the names of io.joulegram.nvml.NvmlLayout. */
#include NVML_HEADER

#include <stddef.h>
#include <stdio.h>

#define SIZE(name, type) printf(#name "_SIZE %zu\n", sizeof(type))
#define OFFSET(name, type, field) printf(#name " %zu\n", offsetof(type, field))

int main(void) {
    SIZE(FIELD_VALUE, nvmlFieldValue_t);
    OFFSET(FIELD_VALUE_FIELD_ID, nvmlFieldValue_t, fieldId);
    OFFSET(FIELD_VALUE_SCOPE_ID, nvmlFieldValue_t, scopeId);
    OFFSET(FIELD_VALUE_TIMESTAMP, nvmlFieldValue_t, timestamp);
    OFFSET(FIELD_VALUE_TYPE, nvmlFieldValue_t, valueType);
    OFFSET(FIELD_VALUE_RETURN, nvmlFieldValue_t, nvmlReturn);
    OFFSET(FIELD_VALUE_VALUE, nvmlFieldValue_t, value);

    SIZE(SAMPLE, nvmlSample_t);
    OFFSET(SAMPLE_TIMESTAMP, nvmlSample_t, timeStamp);
    OFFSET(SAMPLE_VALUE, nvmlSample_t, sampleValue);

    SIZE(UTILIZATION, nvmlUtilization_t);
    OFFSET(UTILIZATION_GPU, nvmlUtilization_t, gpu);
    OFFSET(UTILIZATION_MEMORY, nvmlUtilization_t, memory);

    SIZE(MEMORY_V1, nvmlMemory_t);
    OFFSET(MEMORY_V1_TOTAL, nvmlMemory_t, total);
    OFFSET(MEMORY_V1_FREE, nvmlMemory_t, free);
    OFFSET(MEMORY_V1_USED, nvmlMemory_t, used);

    SIZE(MEMORY_V2, nvmlMemory_v2_t);
    OFFSET(MEMORY_V2_VERSION, nvmlMemory_v2_t, version);
    OFFSET(MEMORY_V2_TOTAL, nvmlMemory_v2_t, total);
    OFFSET(MEMORY_V2_RESERVED, nvmlMemory_v2_t, reserved);
    OFFSET(MEMORY_V2_FREE, nvmlMemory_v2_t, free);
    OFFSET(MEMORY_V2_USED, nvmlMemory_v2_t, used);

    SIZE(PCI_INFO, nvmlPciInfo_t);
    OFFSET(PCI_INFO_BUS_ID, nvmlPciInfo_t, busId);

    SIZE(TEMPERATURE, nvmlTemperature_v1_t);
    OFFSET(TEMPERATURE_VERSION, nvmlTemperature_v1_t, version);
    OFFSET(TEMPERATURE_SENSOR_TYPE, nvmlTemperature_v1_t, sensorType);
    OFFSET(TEMPERATURE_CELSIUS, nvmlTemperature_v1_t, temperature);

    SIZE(PROCESS_V1, nvmlProcessInfo_v1_t);
    SIZE(PROCESS_V2, nvmlProcessInfo_v2_t);
    OFFSET(PROCESS_PID, nvmlProcessInfo_v2_t, pid);
    OFFSET(PROCESS_MEMORY, nvmlProcessInfo_v2_t, usedGpuMemory);
#ifdef JOULEGRAM_NVML_H
    SIZE(PROCESS_R535, nvmlProcessInfo_r535_t);
#endif

    SIZE(PROCESS_UTILIZATION, nvmlProcessUtilizationSample_t);
    OFFSET(PROCESS_UTILIZATION_PID, nvmlProcessUtilizationSample_t, pid);
    OFFSET(PROCESS_UTILIZATION_TIMESTAMP, nvmlProcessUtilizationSample_t, timeStamp);
    OFFSET(PROCESS_UTILIZATION_SM, nvmlProcessUtilizationSample_t, smUtil);
    OFFSET(PROCESS_UTILIZATION_MEMORY, nvmlProcessUtilizationSample_t, memUtil);

    SIZE(ATTRIBUTES, nvmlDeviceAttributes_t);
    OFFSET(ATTRIBUTES_SM_COUNT, nvmlDeviceAttributes_t, multiprocessorCount);
    OFFSET(ATTRIBUTES_GPU_SLICES, nvmlDeviceAttributes_t, gpuInstanceSliceCount);
    OFFSET(ATTRIBUTES_COMPUTE_SLICES, nvmlDeviceAttributes_t, computeInstanceSliceCount);
    OFFSET(ATTRIBUTES_MEMORY_MIB, nvmlDeviceAttributes_t, memorySizeMB);

    SIZE(GPM_SUPPORT, nvmlGpmSupport_t);
    OFFSET(GPM_SUPPORT_VERSION, nvmlGpmSupport_t, version);
    OFFSET(GPM_SUPPORT_SUPPORTED, nvmlGpmSupport_t, isSupportedDevice);

    SIZE(GPM_METRIC, nvmlGpmMetric_t);
    OFFSET(GPM_METRIC_ID, nvmlGpmMetric_t, metricId);
    OFFSET(GPM_METRIC_RETURN, nvmlGpmMetric_t, nvmlReturn);
    OFFSET(GPM_METRIC_VALUE, nvmlGpmMetric_t, value);

    SIZE(GPM_METRICS, nvmlGpmMetricsGet_t);
    OFFSET(GPM_METRICS_VERSION, nvmlGpmMetricsGet_t, version);
    OFFSET(GPM_METRICS_COUNT, nvmlGpmMetricsGet_t, numMetrics);
    OFFSET(GPM_METRICS_SAMPLE1, nvmlGpmMetricsGet_t, sample1);
    OFFSET(GPM_METRICS_SAMPLE2, nvmlGpmMetricsGet_t, sample2);
    OFFSET(GPM_METRICS_ARRAY, nvmlGpmMetricsGet_t, metrics);
    return 0;
}
