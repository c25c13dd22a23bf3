// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/**
 * What a socket counted since it was opened.
 *
 * @param received datagrams
 * @param sent datagrams
 * @param receiveStampsMissing datagrams without any stamp though asked for
 * @param receiveDrops datagrams that the system dropped
 * @param transmitStampsAsked datagrams sent with a stamp asked for
 * @param transmitStamps stamps that came
 * @param transmitStampsDropped discarded because too many waited
 * @param transmitStampsUnknown that nobody asked for
 * @param transmitStampsTimedOut waits that ended without
 * @param transmitStampsZero that came without a value: a driver that lies
 */
public record SocketCounters(long received, long sent, long receiveStampsMissing, long receiveDrops, long transmitStampsAsked,
        long transmitStamps, long transmitStampsDropped, long transmitStampsUnknown, long transmitStampsTimedOut,
        long transmitStampsZero) {}
