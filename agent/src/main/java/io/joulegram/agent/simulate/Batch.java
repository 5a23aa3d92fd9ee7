package io.joulegram.agent.simulate;

import java.util.ArrayList;
import java.util.List;

/** The sequences of one step and how many tokens of each are computed in it. Not thread-safe. */
final class Batch {
    private final List<Sequence> sequences = new ArrayList<>();
    private final List<Integer> tokens = new ArrayList<>();
    private PhaseWork prefill = PhaseWork.NONE;
    private PhaseWork decode = PhaseWork.NONE;

    void add(Sequence sequence, int newTokens) {
        sequences.add(sequence);
        tokens.add(newTokens);
        if (sequence.isPrefilling()) {
            prefill = prefill.plus(newTokens, sequence.computedTokens());
        } else {
            decode = decode.plus(newTokens, sequence.computedTokens());
        }
    }

    boolean isEmpty() {
        return sequences.isEmpty();
    }

    int size() {
        return sequences.size();
    }

    Sequence sequence(int index) {
        return sequences.get(index);
    }

    int tokens(int index) {
        return tokens.get(index);
    }

    StepWork work() {
        return new StepWork(prefill, decode, sequences.size());
    }
}
