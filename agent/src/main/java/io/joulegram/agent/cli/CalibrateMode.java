package io.joulegram.agent.cli;

import io.joulegram.agent.calibrate.CalibrationException;
import io.joulegram.agent.config.AgentConfig;
import java.io.IOException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParseResult;

/** One thing that {@code joulegram calibrate} can calibrate. */
interface CalibrateMode {
    /** The option that chooses it, with its dashes. */
    String option();

    /** Adds that option and those that go with it. */
    void addOptions(CommandSpec command);

    /**
     * Calibrates.
     *
     * @return the exit status of the process
     * @throws CalibrationException if it cannot be done
     * @throws IOException if a file cannot be written
     */
    int run(CommandSpec command, ParseResult parsed, AgentConfig config)
            throws CalibrationException, IOException, InterruptedException;
}
