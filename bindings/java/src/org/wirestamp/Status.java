// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.util.HashMap;
import java.util.Map;

/** How a call ended. The names and numbers are the C interface's. */
public enum Status {
    /** Done. */
    OK(Abi.WST_OK),
    /** An argument is out of range or malformed; the message says which. */
    INVALID_ARGUMENT(Abi.WST_E_INVALID_ARGUMENT),
    /** The loaded library is older than this binding and does not know what was asked for. */
    UNSUPPORTED_FIELD(Abi.WST_E_UNSUPPORTED_FIELD),
    /** No such interface, option, subscription or object. */
    NOT_FOUND(Abi.WST_E_NOT_FOUND),
    /** The system refused; the message names the capability or option that helps. */
    PERMISSION(Abi.WST_E_PERMISSION),
    /** This system, adapter or driver cannot do it. */
    NOT_SUPPORTED(Abi.WST_E_NOT_SUPPORTED),
    /** Nothing came within the time given. */
    TIMED_OUT(Abi.WST_E_TIMED_OUT),
    /** Not now. */
    WOULD_BLOCK(Abi.WST_E_WOULD_BLOCK),
    /** The call waits for callbacks and was made inside one. */
    WOULD_DEADLOCK(Abi.WST_E_WOULD_DEADLOCK),
    /** The object is closing or closed. */
    CLOSED(Abi.WST_E_CLOSED),
    /** Somebody else uses it. */
    BUSY(Abi.WST_E_BUSY),
    /** Memory could not be had. */
    OUT_OF_MEMORY(Abi.WST_E_OUT_OF_MEMORY),
    /** A stated limit is reached. */
    LIMIT(Abi.WST_E_LIMIT),
    /** Not in this state. */
    STATE(Abi.WST_E_STATE),
    /** The value is outside what is allowed or what the driver offers. */
    RANGE(Abi.WST_E_RANGE),
    /** No option of that name; the message names the nearest one. */
    UNKNOWN_OPTION(Abi.WST_E_UNKNOWN_OPTION),
    /** The driver contradicts itself. */
    BAD_DRIVER(Abi.WST_E_BAD_DRIVER),
    /** The interface was there and has been removed. */
    INTERFACE_GONE(Abi.WST_E_INTERFACE_GONE),
    /** The system reported another error: {@link WirestampException#osError}. */
    IO(Abi.WST_E_IO),
    /** Text or a file could not be read; the message names line and reason. */
    PARSE(Abi.WST_E_PARSE),
    /** Only an administrator can change this; the message holds the exact command. */
    ADMINISTRATOR(Abi.WST_E_ADMINISTRATOR),
    /** A defect in the library. */
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
