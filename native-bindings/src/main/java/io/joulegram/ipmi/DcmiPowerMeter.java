package io.joulegram.ipmi;

import io.joulegram.posix.DeviceFile;
import io.joulegram.posix.Errno;
import io.joulegram.posix.NativeBuffer;
import io.joulegram.posix.PosixException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Locale;

/**
 * The command Get Power Reading of DCMI 1.5, section 6.6.1: the power of the whole server as its BMC measures it, in
 * whole watts. Reading allocates nothing. Not thread-safe.
 */
public final class DcmiPowerMeter implements AutoCloseable {
    /** Codes of {@link #read} from here on are this plus an IPMI completion code. */
    public static final int COMPLETION_CODES = 0x1000;

    private static final int NETFN_GROUP_EXTENSION = 0x2c;
    private static final int RESPONSE_BIT = 1;
    private static final int GET_POWER_READING = 0x02;
    private static final byte GROUP_DCMI = (byte) 0xdc;
    private static final byte MODE_SYSTEM_POWER = 1;
    private static final int REQUEST_BYTES = 4;

    /** Completion code, group, four figures of two bytes, time stamp and period of four, and the state. */
    private static final int RESPONSE_BYTES = 19;

    private static final int GROUP_OFFSET = 1;
    private static final int CURRENT_WATTS_OFFSET = 2;
    private static final int STATE_OFFSET = 18;
    private static final int STATE_ACTIVE = 0x40;

    private static final int DATA_BYTES = 64;

    /** Answers to requests that had timed out may lie before ours; more of them than this is another fault. */
    private static final int MAX_STALE = 16;

    private final IpmiPort port;
    private final NativeBuffer address = new NativeBuffer(IpmiLayout.ADDR_SIZE);
    private final NativeBuffer requestData = new NativeBuffer(REQUEST_BYTES);
    private final NativeBuffer request = new NativeBuffer(IpmiLayout.REQ_SIZE);
    private final NativeBuffer senderAddress = new NativeBuffer(DATA_BYTES);
    private final NativeBuffer responseData = new NativeBuffer(DATA_BYTES);
    private final NativeBuffer response = new NativeBuffer(IpmiLayout.RECV_SIZE);
    private long messageId;
    private int watts;

    DcmiPowerMeter(IpmiPort port) {
        this.port = port;
        address.bytes().putInt(IpmiLayout.ADDR_TYPE, IpmiLayout.ADDR_TYPE_SYSTEM_INTERFACE);
        address.bytes().putShort(IpmiLayout.ADDR_CHANNEL, (short) IpmiLayout.CHANNEL_BMC);
        requestData.bytes().put(0, GROUP_DCMI).put(1, MODE_SYSTEM_POWER);
        ByteBuffer bytes = request.bytes();
        bytes.putLong(IpmiLayout.REQ_ADDR, address.address());
        bytes.putInt(IpmiLayout.REQ_ADDR_LEN, IpmiLayout.ADDR_SIZE);
        bytes.put(IpmiLayout.REQ_MSG + IpmiLayout.MSG_NETFN, (byte) NETFN_GROUP_EXTENSION);
        bytes.put(IpmiLayout.REQ_MSG + IpmiLayout.MSG_CMD, (byte) GET_POWER_READING);
        bytes.putShort(IpmiLayout.REQ_MSG + IpmiLayout.MSG_DATA_LEN, (short) REQUEST_BYTES);
        bytes.putLong(IpmiLayout.REQ_MSG + IpmiLayout.MSG_DATA, requestData.address());
    }

    /**
     * Opens the device; asks nothing yet.
     *
     * @param device {@code /dev/ipmi0}
     * @throws PosixException if it cannot be opened, as by anyone but root
     */
    public static DcmiPowerMeter open(Path device) throws PosixException {
        return new DcmiPowerMeter(IpmiPort.of(DeviceFile.open(device)));
    }

    /**
     * Asks the BMC, which takes some 10 to 100 ms.
     *
     * @param timeoutMillis how long to wait for its answer
     * @return 0 if {@link #watts()} is new; else an error number of {@link Errno}: {@code ETIMEDOUT} if there is no
     *     answer, {@code EBADMSG} if it is no power reading, {@code ENODATA} if the BMC does not measure now; or {@link
     *     #COMPLETION_CODES} plus the completion code with which the BMC refused
     */
    public int read(int timeoutMillis) {
        messageId++;
        request.bytes().putLong(IpmiLayout.REQ_MSGID, messageId);
        int sent = port.control(Integer.toUnsignedLong(IpmiLayout.SEND_COMMAND), request);
        if (sent < 0) {
            return -sent;
        }
        for (int i = 0; i < MAX_STALE; i++) {
            int ready = port.awaitReadable(timeoutMillis);
            if (ready <= 0) {
                return ready < 0 ? -ready : Errno.ETIMEDOUT;
            }
            int received = receive();
            if (received < 0) {
                return -received;
            }
            if (isOurs()) {
                return parse();
            }
        }
        return Errno.ETIMEDOUT;
    }

    private int receive() {
        ByteBuffer bytes = response.bytes();
        bytes.putLong(IpmiLayout.RECV_ADDR, senderAddress.address());
        bytes.putInt(IpmiLayout.RECV_ADDR_LEN, DATA_BYTES);
        bytes.putLong(IpmiLayout.RECV_MSG + IpmiLayout.MSG_DATA, responseData.address());
        bytes.putShort(IpmiLayout.RECV_MSG + IpmiLayout.MSG_DATA_LEN, (short) DATA_BYTES);
        return port.control(Integer.toUnsignedLong(IpmiLayout.RECEIVE_MSG_TRUNC), response);
    }

    private boolean isOurs() {
        ByteBuffer bytes = response.bytes();
        return bytes.getInt(IpmiLayout.RECV_TYPE) == IpmiLayout.RECV_TYPE_RESPONSE
                && bytes.getLong(IpmiLayout.RECV_MSGID) == messageId
                && bytes.get(IpmiLayout.RECV_MSG + IpmiLayout.MSG_NETFN) == (NETFN_GROUP_EXTENSION | RESPONSE_BIT)
                && bytes.get(IpmiLayout.RECV_MSG + IpmiLayout.MSG_CMD) == GET_POWER_READING;
    }

    private int parse() {
        int length = Short.toUnsignedInt(response.bytes().getShort(IpmiLayout.RECV_MSG + IpmiLayout.MSG_DATA_LEN));
        ByteBuffer data = responseData.bytes();
        if (length > 0 && data.get(0) != 0) {
            return COMPLETION_CODES + Byte.toUnsignedInt(data.get(0));
        }
        if (length < RESPONSE_BYTES || length > DATA_BYTES || data.get(GROUP_OFFSET) != GROUP_DCMI) {
            return Errno.EBADMSG;
        }
        if ((data.get(STATE_OFFSET) & STATE_ACTIVE) == 0) {
            return Errno.ENODATA;
        }
        short little = data.getShort(CURRENT_WATTS_OFFSET);
        watts = Short.toUnsignedInt(
                ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN ? little : Short.reverseBytes(little));
        return 0;
    }

    /** The power at the last {@link #read} that succeeded; 0 before. */
    public int watts() {
        return watts;
    }

    /** Names a code of {@link #read}. */
    public static String errorName(int code) {
        return code < COMPLETION_CODES
                ? Errno.nameOf(code)
                : String.format(Locale.ROOT, "IPMI_COMPLETION_%02X", code - COMPLETION_CODES);
    }

    /** Lets go of the device. Does nothing when called again. */
    @Override
    public void close() {
        port.close();
    }
}
