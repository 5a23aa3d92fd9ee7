package io.joulegram.power.estimate;

import io.joulegram.power.Domain;
import io.joulegram.power.estimate.HostLoad.Socket;
import io.joulegram.power.estimate.ModelConstants.Cpu;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Chooses the models of a host's packages and memory: by calibrated constants, else by what the table knows of the
 * processor, else by its threads. A machine that has fewer threads than a package, as virtual ones do, gets its share.
 */
final class HostModels {
    private final HostLoad host;
    private final ModelConstants constants;
    private final Optional<CpuRating> rating;

    HostModels(HostLoad host, CpuRatings ratings, ModelConstants constants) {
        this.host = host;
        this.constants = constants;
        rating = ratings.find(host.cpuName());
    }

    /** The model of a socket's part of a domain, {@link Domain#CPU} or {@link Domain#DRAM}; empty if it has no size. */
    Optional<PowerModel> of(Domain domain, Socket socket) {
        return domain == Domain.CPU ? Optional.of(cpu(socket)) : dram();
    }

    private PowerModel cpu(Socket socket) {
        double share = share(socket);
        double shareError = host.isVirtual() || share < 1 ? CpuPowerModel.VIRTUAL_SHARE_UNCERTAINTY_RATIO : 0;
        if (constants.cpu().isPresent()) {
            Cpu cpu = constants.cpu().get();
            // On the machine that was calibrated, a package is a package.
            double error = Math.hypot(cpu.uncertaintyRatio().orElse(0), share < 1 ? shareError : 0);
            return CalibratedModel.of(cpu.watts(), share, error);
        }
        return rating.map(known -> CpuPowerModel.of(known, share, shareError))
                .orElseGet(() -> CpuPowerModel.ofUnknown(socket.threads()));
    }

    /** The part of a package that this machine has. */
    private double share(Socket socket) {
        if (constants.cpu().isPresent()) {
            OptionalInt threads = constants.cpu().get().threads();
            return threads.isPresent() ? Math.min(1, (double) socket.threads() / threads.getAsInt()) : 1;
        }
        return rating.map(known -> Math.min(1, (double) socket.threads() / packageThreads(known, socket)))
                .orElse(1.0);
    }

    /** Threads of a whole package; its cores on a machine whose second threads are switched off. */
    private int packageThreads(CpuRating known, Socket socket) {
        return host.isVirtual() || socket.threads() > socket.cores() ? known.threads() : known.cores();
    }

    private Optional<PowerModel> dram() {
        if (host.memoryBytes() <= 0) {
            return Optional.empty();
        }
        double gigabytes =
                DramPowerModel.gigabytes(host.memoryBytes()) / host.sockets().size();
        return Optional.of(constants
                .dram()
                .map(dram -> CalibratedModel.of(
                        dram.wattsPerGb(), gigabytes, dram.uncertaintyRatio().orElse(0)))
                .orElseGet(() -> DramPowerModel.of(gigabytes)));
    }

    /** What the models of the packages rest on, in words. */
    String basis() {
        String known = constants.cpu().isPresent()
                ? "calibrated"
                : rating.isPresent() ? "known" : "not known, so rated by its threads";
        Socket first = host.sockets().get(0);
        double share = share(first);
        String machine = host.isVirtual() ? "; this is a virtual machine" : "";
        return share < 1
                ? String.format(
                        Locale.ROOT,
                        "%s%s; its %d threads are taken for %.3f of a package",
                        known,
                        machine,
                        first.threads(),
                        share)
                : known + machine;
    }
}
