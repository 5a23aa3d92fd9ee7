package io.joulegram.agent.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TerminalJobTest {
    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            7 (java) S 5 7 5 34816 7 4194304 9          | true
            7 (java) S 5 7 5 34816 8 4194304 9          | false
            7 (java) S 5 7 5 0 -1 4194304 9             | false
            7 (a b) 0 7) S 5 7 5 34816 7 4194304 9      | true
            7 (java) S                                  | false
            ''                                          | false
            """)
    void isThatWhoseGroupTheTerminalHas(String stat, boolean foreground) throws Exception {
        Path file = Files.writeString(folder.resolve("stat"), stat + "\n");

        assertThat(TerminalJob.isForeground(file)).isEqualTo(foreground);
        assertThat(TerminalJob.isForeground(folder.resolve("none"))).isFalse();
    }
}
