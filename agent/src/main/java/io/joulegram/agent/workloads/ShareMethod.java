package io.joulegram.agent.workloads;

import io.joulegram.agent.attribution.GpuShares;

/** What the share of a workload rests on, beside the methods of {@link GpuShares}: the label {@code method}. */
final class ShareMethod {
    /** Processor time of its control group in all that the processors had, idle time included. */
    static final String CPU_TIME = "cpu_time";

    /** The kubelet has given it the GPU, or parts of it, and its driver does not tell who uses it. */
    static final String ALLOCATION = "allocation";

    /** The energy that it was given of all other components. */
    static final String PROPORTIONAL = "proportional";

    /** Nothing: it is not known whose it is, or nobody's. */
    static final String NONE = "none";

    private ShareMethod() {}
}
