package io.joulegram.nvml;

/**
 * A MIG instance of a stand-in GPU.
 *
 * @param gpuInstance id of the GPU instance
 * @param computeInstance id of the compute instance in it
 * @param slices how many of the GPU's 7 slices it has, at least 1
 * @param memoryMebibytes its memory
 * @param smPermille how busy its multiprocessors are
 * @param dramPermille how busy its memory is
 */
public record StandInInstance(
        int gpuInstance, int computeInstance, int slices, long memoryMebibytes, int smPermille, int dramPermille) {
    /** Its UUID, of the form of NVML's. */
    public String uuid() {
        return "MIG-57a4d100-0000-4000-8000-%06d%06d".formatted(gpuInstance, computeInstance);
    }
}
