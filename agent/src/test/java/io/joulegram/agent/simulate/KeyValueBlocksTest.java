package io.joulegram.agent.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class KeyValueBlocksTest {
    @Test
    void aSequenceHoldsABlockForEverySixteenTokensBegun() {
        KeyValueBlocks blocks = new KeyValueBlocks(4);
        Sequence sequence = sequence(0, 20);

        assertThat(blocks.admit(sequence, 0, 20)).isTrue();
        assertThat(blocks.free()).isEqualTo(2);
        assertThat(blocks.grow(sequence, 32)).isTrue();
        assertThat(blocks.free()).isEqualTo(2);
        assertThat(blocks.grow(sequence, 33)).isTrue();
        assertThat(blocks.free()).isEqualTo(1);
        assertThat(blocks.grow(sequence, 81)).isFalse();
        assertThat(blocks.free()).isEqualTo(1);
        blocks.release(sequence);
        assertThat(blocks.free()).isEqualTo(4);
    }

    @Test
    void whatWasComputedIsFoundUntilItsBlockIsNeeded() {
        KeyValueBlocks blocks = new KeyValueBlocks(4);
        Sequence first = sequence(7, 40);
        blocks.admit(first, 0, 40);
        blocks.publish(first, 0, 40);
        blocks.release(first);

        assertThat(blocks.cachedBlocks(first.promptBlocks(), 2)).isEqualTo(2);
        // The block that was never used goes first, then the end of the prompt.
        Sequence other = sequence(8, 48);
        blocks.admit(other, 0, 48);
        assertThat(blocks.cachedBlocks(first.promptBlocks(), 2)).isEqualTo(1);
        assertThat(blocks.cachedBlocks(sequence(9, 40).promptBlocks(), 2)).isZero();
    }

    @Test
    void twoSequencesShareTheBeginThatTheyHaveInCommon() {
        KeyValueBlocks blocks = new KeyValueBlocks(5);
        Sequence first = sequence(7, 48);
        Sequence second = sequence(7, 60);
        blocks.admit(first, 0, 48);
        blocks.publish(first, 0, 48);

        assertThat(blocks.cachedBlocks(second.promptBlocks(), 3)).isEqualTo(3);
        assertThat(blocks.admit(second, 3, 60)).isTrue();
        assertThat(blocks.free()).isEqualTo(1);
        blocks.release(first);
        assertThat(blocks.free()).isEqualTo(1);
        blocks.release(second);
        assertThat(blocks.free()).isEqualTo(5);
    }

    @Test
    void noBlockIsLostOrGivenTwice() {
        for (long seed = 0; seed < 300; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            KeyValueBlocks blocks = new KeyValueBlocks(random.nextInt(1, 40));
            List<Sequence> live = new ArrayList<>();
            for (int step = 0; step < 200; step++) {
                change(random, blocks, live);
                Set<Integer> held = new HashSet<>();
                for (Sequence sequence : live) {
                    Set<Integer> own = new HashSet<>();
                    for (int index = 0; index < sequence.blockCount(); index++) {
                        assertThat(own.add(sequence.block(index)))
                                .as("seed %d", seed)
                                .isTrue();
                    }
                    held.addAll(own);
                }
                assertThat(blocks.free() + held.size()).as("seed %d", seed).isEqualTo(blocks.total());
            }
            live.forEach(blocks::release);
            assertThat(blocks.free()).as("seed %d", seed).isEqualTo(blocks.total());
        }
    }

    private static void change(SplittableRandom random, KeyValueBlocks blocks, List<Sequence> live) {
        int tokens = random.nextInt(1, 200);
        switch (random.nextInt(3)) {
            case 0 -> {
                Sequence sequence = sequence(random.nextInt(4), tokens);
                int cached = blocks.cachedBlocks(sequence.promptBlocks(), (tokens - 1) / 16);
                if (blocks.admit(sequence, cached, tokens)) {
                    blocks.publish(sequence, 0, tokens);
                    live.add(sequence);
                } else {
                    assertThat(sequence.blockCount()).isZero();
                }
            }
            case 1 -> {
                if (!live.isEmpty()) {
                    Sequence sequence = live.get(random.nextInt(live.size()));
                    int before = sequence.blockCount();
                    boolean grown = blocks.grow(sequence, 16 * before + tokens);
                    assertThat(sequence.blockCount()).isEqualTo(grown ? before + (tokens + 15) / 16 : before);
                }
            }
            default -> {
                if (!live.isEmpty()) {
                    blocks.release(live.remove(random.nextInt(live.size())));
                }
            }
        }
    }

    /** Prompts with the same first token are alike up to the shorter one's end. */
    private static Sequence sequence(int firstToken, int tokens) {
        int[] ids = new int[tokens];
        ids[0] = firstToken;
        return new Sequence(PromptTokens.ofIds(ids), 1, Finish.LENGTH, (index, finish) -> {});
    }
}
