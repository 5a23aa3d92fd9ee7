package io.joulegram.agent.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the control socket of the daemon is if nothing else is said. */
public final class ControlPaths {
    private static final Path OF_THE_SERVICE = Path.of("/run/joulegram/control.sock");

    private ControlPaths() {}

    /**
     * Where the daemon makes it: in the directory that systemd gives a service with {@code RuntimeDirectory=}, else in
     * that of the user's session ({@code XDG_RUNTIME_DIR}).
     *
     * @param environment of the process
     */
    public static Optional<Path> ofDaemon(Map<String, String> environment) {
        return directory(environment, "RUNTIME_DIRECTORY")
                .map(directory -> directory.resolve("control.sock"))
                .or(() -> directory(environment, "XDG_RUNTIME_DIR")
                        .map(directory -> directory.resolve("joulegram.sock")));
    }

    /** Where a command looks for it, in this order: as the daemon, or where the system's service has it. */
    public static List<Path> ofCommands(Map<String, String> environment) {
        List<Path> places = new ArrayList<>();
        ofDaemon(environment).ifPresent(places::add);
        places.add(OF_THE_SERVICE);
        return places;
    }

    /** The first if the variable names several (systemd.exec(5)). */
    private static Optional<Path> directory(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable))
                .map(directories -> directories.replaceFirst(":.*", ""))
                .filter(directory -> !directory.isEmpty())
                .map(Path::of);
    }
}
