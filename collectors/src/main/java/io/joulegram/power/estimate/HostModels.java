package io.joulegram.power.estimate;

import io.joulegram.power.Domain;
import io.joulegram.power.estimate.HostLoad.Socket;
import io.joulegram.power.estimate.ModelConstants.Cpu;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Chooses the models of a host's packages and memory: by calibrated constants, else by what the table knows of the
 * processor, else by its threads. A virtual machine gets its share of a package: its threads of the package's.
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
        if (constants.cpu().isPresent()) {
            Cpu cpu = constants.cpu().get();
            double share = share(socket, cpu.threads());
            double error = Math.hypot(cpu.uncertaintyRatio().orElse(0), share < 1 ? shareUncertaintyRatio() : 0);
            return CalibratedModel.of(cpu.watts(), share, error);
        }
        return rating.map(
                        known -> CpuPowerModel.of(known, share(socket, packageThreads(known)), shareUncertaintyRatio()))
                .orElseGet(() -> CpuPowerModel.ofUnknown(socket.threads()));
    }

    private static OptionalInt packageThreads(CpuRating known) {
        return OptionalInt.of(known.threads());
    }

    /** Only a virtual machine has less than a package: elsewhere cores that are off still belong to this host. */
    private double share(Socket socket, OptionalInt packageThreads) {
        return host.isVirtual() && packageThreads.isPresent()
                ? Math.min(1, (double) socket.threads() / packageThreads.getAsInt())
                : 1;
    }

    private double shareUncertaintyRatio() {
        return host.isVirtual() ? CpuPowerModel.VIRTUAL_SHARE_UNCERTAINTY_RATIO : 0;
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
        if (!host.isVirtual()) {
            return known;
        }
        OptionalInt threads = constants.cpu().isPresent()
                ? constants.cpu().get().threads()
                : rating.map(HostModels::packageThreads).orElseGet(OptionalInt::empty);
        List<Socket> sockets = host.sockets();
        return threads.isPresent()
                ? known + "; this is a virtual machine, taken for "
                        + sockets.get(0).threads() + " of the " + threads.getAsInt() + " threads of a package"
                : known + "; this is a virtual machine";
    }
}
