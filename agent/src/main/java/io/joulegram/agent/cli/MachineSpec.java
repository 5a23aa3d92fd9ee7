package io.joulegram.agent.cli;

import io.joulegram.agent.carbon.HypotheticalMachine;
import io.joulegram.host.Disk;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads a machine such as {@code cpu=2x EPYC 7V12, dram=880GB, ssd=4x 960GB, gpu=4x A100 SXM4 80GB}. A number and an x
 * before a name or size is how many; without, it is one.
 */
final class MachineSpec {
    static final String EXAMPLE = "\"cpu=2x EPYC 7V12, dram=880GB, ssd=4x 960GB, gpu=4x A100 SXM4 80GB\"";

    private static final Pattern ITEM = Pattern.compile("(cpu|gpu|dram|ssd|hdd)=(?:([0-9]{1,3})x\\s*)?(.+)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,7}(?:\\.[0-9]{1,3})?)\\s*(GB|TB)");
    private static final double GIGA = 1e9;

    private String processor = "";
    private int sockets = 1;
    private double memoryGigabytes;
    private String gpu = "";
    private int gpus;
    private final List<Disk> disks = new ArrayList<>();

    private MachineSpec() {}

    /** @throws IllegalArgumentException if it is not a machine; the message says what is wrong */
    static HypotheticalMachine parse(String text) {
        MachineSpec spec = new MachineSpec();
        for (String item : text.split(",", -1)) {
            spec.add(item.strip());
        }
        if (spec.processor.isEmpty() || spec.memoryGigabytes == 0) {
            throw new IllegalArgumentException("a machine has at least cpu and dram, as in " + EXAMPLE);
        }
        return new HypotheticalMachine(
                spec.processor, spec.sockets, spec.memoryGigabytes, spec.disks, spec.gpu, spec.gpus);
    }

    private void add(String item) {
        Matcher matcher = ITEM.matcher(item);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + item
                    + "\" is none of cpu=NAME, gpu=NAME, dram=SIZE, ssd=SIZE and hdd=SIZE, as in " + EXAMPLE);
        }
        int count = matcher.group(2) == null ? 1 : Integer.parseInt(matcher.group(2));
        String value = matcher.group(3).strip();
        switch (matcher.group(1)) {
            case "cpu" -> {
                processor = value;
                sockets = Math.max(1, count);
            }
            case "gpu" -> {
                gpu = value;
                gpus = count;
            }
            case "dram" -> memoryGigabytes += count * gigabytes(value);
            case "ssd" -> addDisks(count, gigabytes(value), "nvme%dn1", false);
            default -> addDisks(count, gigabytes(value), "hdd%d", true);
        }
    }

    private void addDisks(int count, double gigabytes, String name, boolean rotating) {
        for (int i = 0; i < count; i++) {
            disks.add(new Disk(String.format(name, disks.size()), Math.round(gigabytes * GIGA), rotating));
        }
    }

    private static double gigabytes(String text) {
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a size such as 880GB or 3.84TB");
        }
        return Double.parseDouble(size.group(1)) * (size.group(2).equals("TB") ? 1_000 : 1);
    }
}
