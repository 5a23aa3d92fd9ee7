package io.joulegram.dashboards;

/** What {@code @host}, {@code @model} and the like stand for in the expressions of a short form. */
final class Selectors {
    private static final String HOST = "cluster=~\"$cluster\", job=~\"$job\", instance=~\"$instance\"";

    private Selectors() {}

    static String expand(String expression) {
        return expression
                .replace("@model", "@host, server=~\"$server\", model=~\"$model\"")
                .replace("@budget", "@host, budget=~\"$budget\"")
                .replace("@workload", "@host, kind=~\"$kind\"")
                .replace("@tenant", "@host, tenant=~\"$tenant\"")
                .replace("@host", HOST);
    }
}
