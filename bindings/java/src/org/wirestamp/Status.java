// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.util.HashMap;
import java.util.Map;

/** How a call ended. The names and numbers are the C interface's. */
public enum Status {
    OK(Abi.WST_OK),
    /** An argument is out of range or malformed; the message says which. */
    INVALID_ARGUMENT(Abi.WST_E_INVALID_ARGUMENT),
    UNSUPPORTED_FIELD(Abi.WST_E_UNSUPPORTED_FIELD),
    /** No such interface, option, subscription or object. */
    NOT_FOUND(Abi.WST_E_NOT_FOUND),
    /** The system refused; the message names the capability or option that helps. */
    PERMISSION(Abi.WST_E_PERMISSION),
    /** This system, adapter or driver cannot do it. */
    NOT_SUPPORTED(Abi.WST_E_NOT_SUPPORTED),
    TIMED_OUT(Abi.WST_E_TIMED_OUT),
    WOULD_BLOCK(Abi.WST_E_WOULD_BLOCK),
    /** The call waits for callbacks and was made inside one. */
    WOULD_DEADLOCK(Abi.WST_E_WOULD_DEADLOCK),
    CLOSED(Abi.WST_E_CLOSED),
    BUSY(Abi.WST_E_BUSY),
    OUT_OF_MEMORY(Abi.WST_E_OUT_OF_MEMORY),
    LIMIT(Abi.WST_E_LIMIT),
    STATE(Abi.WST_E_STATE),
    RANGE(Abi.WST_E_RANGE),
    /** No option of that name; the message names the nearest one. */
    UNKNOWN_OPTION(Abi.WST_E_UNKNOWN_OPTION),
    BAD_DRIVER(Abi.WST_E_BAD_DRIVER),
    INTERFACE_GONE(Abi.WST_E_INTERFACE_GONE),
    IO(Abi.WST_E_IO),
    PARSE(Abi.WST_E_PARSE),
    ADMINISTRATOR(Abi.WST_E_ADMINISTRATOR),
    INTERNAL(Abi.WST_E_INTERNAL),
    /** A status of a newer library than this binding. */
    UNKNOWN(Integer.MIN_VALUE);

    private static final Map<Integer, Status> BY_CODE = new HashMap<>();

    static {
        for (Status status : values()) {
            BY_CODE.put(status.code, status);
        }
    }

    private final int code;

    Status(int code) {
        this.code = code;
    }

    /** @return the C interface's number */
    public int code() {
        return code;
    }

    /** @return the C interface's name, such as WST_E_NOT_FOUND */
    public String symbol() {
        return Native.wst_status_name(code);
    }

    /**
     * @param code the C interface's number
     * @return its constant, or {@link #UNKNOWN}
     */
    public static Status of(int code) {
        return BY_CODE.getOrDefault(code, UNKNOWN);
    }
}
