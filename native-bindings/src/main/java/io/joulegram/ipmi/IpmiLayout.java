package io.joulegram.ipmi;

/**
 * Sizes and offsets in bytes of the structures of {@code linux/ipmi.h}, and the numbers of its requests, on 64-bit
 * Linux. A test compares each with what a C compiler makes of the header.
 */
final class IpmiLayout {
    static final int ADDR_SIZE = 8;
    static final int ADDR_TYPE = 0;
    static final int ADDR_CHANNEL = 4;
    static final int ADDR_LUN = 6;

    static final int REQ_SIZE = 40;
    static final int REQ_ADDR = 0;
    static final int REQ_ADDR_LEN = 8;
    static final int REQ_MSGID = 16;
    static final int REQ_MSG = 24;

    static final int RECV_SIZE = 48;
    static final int RECV_TYPE = 0;
    static final int RECV_ADDR = 8;
    static final int RECV_ADDR_LEN = 16;
    static final int RECV_MSGID = 24;
    static final int RECV_MSG = 32;

    static final int MSG_NETFN = 0;
    static final int MSG_CMD = 1;
    static final int MSG_DATA_LEN = 2;
    static final int MSG_DATA = 8;

    static final int ADDR_TYPE_SYSTEM_INTERFACE = 0x0c;
    static final int CHANNEL_BMC = 0xf;
    static final int RECV_TYPE_RESPONSE = 1;
    static final int SEND_COMMAND = 0x8028690d;
    static final int RECEIVE_MSG_TRUNC = 0xc030690b;

    private IpmiLayout() {}
}
