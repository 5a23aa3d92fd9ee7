package io.joulegram.nvml;

/**
 * A process on a stand-in GPU.
 *
 * @param pid process id
 * @param memoryBytes GPU memory it holds; -1 when the driver does not tell
 * @param smPercent its share of the multiprocessors' time; 0 keeps it out of the utilization samples
 * @param gpuInstance the GPU instance it runs in; -1 for none
 * @param computeInstance the compute instance in that
 */
public record StandInProcess(int pid, long memoryBytes, int smPercent, int gpuInstance, int computeInstance) {
    /** On a GPU that is not divided. */
    public StandInProcess(int pid, long memoryBytes, int smPercent) {
        this(pid, memoryBytes, smPercent, -1, -1);
    }

    /** In a compute instance, whose utilization the driver does not tell by process. */
    public static StandInProcess inInstance(int pid, long memoryBytes, int gpuInstance, int computeInstance) {
        return new StandInProcess(pid, memoryBytes, 0, gpuInstance, computeInstance);
    }
}
