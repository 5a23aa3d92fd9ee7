package io.joulegram.agent.carbon;

/**
 * A sum of many small amounts that does not lose them against its size: Neumaier's variant of Kahan summation
 * (Neumaier 1974, "Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen").
 */
final class CompensatedSum {
    private double sum;
    private double compensation;

    void add(double amount) {
        double next = sum + amount;
        compensation += Math.abs(sum) >= Math.abs(amount) ? (sum - next) + amount : (amount - next) + sum;
        sum = next;
    }

    double value() {
        return sum + compensation;
    }
}
