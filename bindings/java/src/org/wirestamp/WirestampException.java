// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** A call that failed. The message says what was wrong and what to do. */
public final class WirestampException extends RuntimeException {
    private static final long serialVersionUID = 1;

    /** What kind of failure. */
    private final Status status;
    /** errno or GetLastError value, 0 if none. */
    private final int osError;

    WirestampException(Status status, int osError, String message) {
        super(message.isEmpty() ? Native.wst_status_text(status.code()) : message);
        this.status = status;
        this.osError = osError;
    }

    /** @return what kind of failure it is */
    public Status status() {
        return status;
    }

    /** @return errno or GetLastError value behind it, 0 if none */
    public int osError() {
        return osError;
    }
}
