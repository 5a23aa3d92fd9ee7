package io.joulegram.agent.gpu;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The name of a GPU, as drivers and data sheets write it, taken apart: {@code NVIDIA A100-SXM4-80GB} and {@code A100 SXM4
 * 80GB} are one product in one form. Immutable.
 *
 * @param words all of it, in upper case
 * @param product what is left without makers, forms and memory
 * @param forms how the board is built, such as {@code PCIE} or {@code SXM5}; none where the name does not tell
 */
public record GpuName(Set<String> words, Set<String> product, Set<String> forms) {
    private static final Set<String> BRANDS = Set.of(
            "NVIDIA",
            "AMD",
            "INTEL",
            "TESLA",
            "GEFORCE",
            "QUADRO",
            "INSTINCT",
            "SIMULATED",
            "GENERATION",
            "GPU",
            "PART",
            "PER",
            "TURING",
            "EDITION",
            "SERVER",
            "WORKSTATION",
            "LP");
    private static final Set<String> FORMS = Set.of("PCIE", "SXM", "SXM2", "SXM3", "SXM4", "SXM5", "SXM6", "NVL");

    /** Takes a name apart. */
    public static GpuName parse(String name) {
        Set<String> words = new HashSet<>(List.of(name.toUpperCase(Locale.ROOT).split("[^A-Z0-9]+")));
        words.remove("");
        Set<String> product = words.stream()
                .filter(word -> !BRANDS.contains(word) && !FORMS.contains(word))
                .filter(word -> !word.matches("[0-9]+GB|HBM[0-9]E?|GDDR[0-9]X?"))
                .collect(Collectors.toUnmodifiableSet());
        Set<String> forms = words.stream().filter(FORMS::contains).collect(Collectors.toUnmodifiableSet());
        return new GpuName(Set.copyOf(words), product, forms);
    }

    /** Whether it names the same product, whatever the form. */
    public boolean isSameProduct(GpuName other) {
        return product.equals(other.product);
    }

    /** How well a board of these forms fits the name: the more the better, 0 to 2. */
    public int likeness(Set<String> boardForms) {
        if (boardForms.stream().anyMatch(forms::contains)) {
            return 2;
        }
        // NVML leaves the form out of the names of SXM boards of Hopper and later, and puts PCIe into those of cards.
        boolean module = boardForms.stream().anyMatch(form -> form.startsWith("SXM"));
        return forms.isEmpty() && module ? 1 : 0;
    }

    /** Its memory, where the name tells it. */
    public OptionalDouble gigabytes() {
        return words.stream()
                .filter(word -> word.matches("[0-9]{1,4}GB"))
                .mapToDouble(word -> Double.parseDouble(word.substring(0, word.length() - 2)))
                .findFirst();
    }
}
