package io.joulegram.agent;

import io.joulegram.agent.budget.Budget;
import io.joulegram.agent.budget.Objective;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Tells of budgets and objectives of servers or models that no server is or has: they count nothing, and so never alert. */
final class AimFindings {
    private final Findings findings;
    private final Map<String, Set<String>> modelsByServer = new TreeMap<>();

    AimFindings(Findings findings) {
        this.findings = findings;
    }

    /** Takes note of the models of a server that answers. */
    void note(String server, Set<String> models) {
        modelsByServer.put(server, Set.copyOf(models));
    }

    void tell(Budget budget) {
        tell("budget " + budget.name(), budget.server(), budget.model());
    }

    void tell(Objective objective) {
        tell("objective " + objective.name(), objective.server(), objective.model());
    }

    private void tell(String what, Optional<String> server, Optional<String> model) {
        if (server.isPresent() && !modelsByServer.containsKey(server.get())) {
            findings.missing(
                    what,
                    "no server that answers is called " + server.get() + ", so it counts nothing; "
                            + known(modelsByServer.keySet()),
                    "");
            return;
        }
        Set<String> models = new TreeSet<>();
        modelsByServer.forEach((name, its) -> {
            if (server.isEmpty() || server.get().equals(name)) {
                models.addAll(its);
            }
        });
        if (model.isPresent() && !models.contains(model.get())) {
            findings.missing(
                    what, "no server has the model " + model.get() + ", so it counts nothing; " + known(models), "");
        }
    }

    private static String known(Set<String> names) {
        return names.isEmpty() ? "there is none" : "there are: " + String.join(", ", names);
    }
}
