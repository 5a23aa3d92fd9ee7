package io.joulegram.nvml;

/** A branch of NVIDIA's driver whose library the stand-in takes the place of. */
public enum StandInDriver {
    /** No fields 185 and 186, no {@code _v3} process list, no {@code nvmlDeviceGetMemoryInfo_v2}. */
    R470(470, "470.256.02"),
    /** Fills 32 bytes for each process of the {@code _v3} list, as the first drivers of that branch did. */
    R535(535, "535.54.03"),
    /** Everything. */
    R580(580, "580.65.06");

    private final int branch;
    private final String version;

    StandInDriver(int branch, String version) {
        this.branch = branch;
        this.version = version;
    }

    int branch() {
        return branch;
    }

    /** What {@code nvmlSystemGetDriverVersion} tells. */
    public String version() {
        return version;
    }
}
