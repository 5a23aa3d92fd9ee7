package io.joulegram.agent.cli;

import io.joulegram.agent.calibrate.LiveHost;
import io.joulegram.agent.config.ConfigLoader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;

/** Where the process starts. */
public final class Main {
    private Main() {}

    /** Runs the command that the arguments name and ends the process with its exit status. */
    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        ConfigLoader loader = new ConfigLoader(System.getenv());
        int status = new Cli(out, err)
                .add(ConfiguredCommand.create(loader, new RunTask(err)))
                .add(DemoCommand.create(loader, new SimulateTask(out, err)))
                .add(SimulateCommand.create(loader, new SimulateTask(out, err)))
                .add(ConfiguredCommand.createDoctor(loader, new DoctorTask(out, err)))
                .add(CalibrateCommand.create(loader, List.of(new PowerModelMode(LiveHost::open), new SensorsMode())))
                .add(ReportCommand.create(loader, InstantSource.system()))
                .add(WhatIfCommand.create(loader, InstantSource.system()))
                .add(ProfileCommand.create(loader))
                .add(BenchCommand.create(InstantSource.system(), System.getenv()))
                .add(ControlCommand.createQuiesce(System.getenv()))
                .add(ControlCommand.createResume(System.getenv()))
                .add(TopCommand.create(System.getenv()))
                .add(ProxyCommand.create(new ProxyTask(out, err)))
                .add(ConfigCheckCommand.create(loader))
                .execute(args);
        System.exit(status);
    }
}
