package io.joulegram.agent;

import io.joulegram.agent.ledger.LedgerDevice;
import io.joulegram.power.Component;
import java.util.Comparator;

/** Names a device of a component. */
record LedgerDeviceKey(Component component, String device) implements Comparable<LedgerDeviceKey> {
    private static final Comparator<LedgerDeviceKey> ORDER =
            Comparator.comparing(LedgerDeviceKey::component).thenComparing(LedgerDeviceKey::device);

    boolean isOf(LedgerDevice other) {
        return component == other.component() && device.equals(other.device());
    }

    @Override
    public int compareTo(LedgerDeviceKey other) {
        return ORDER.compare(this, other);
    }
}
