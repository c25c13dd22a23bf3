// SPDX-License-Identifier: Apache-2.0

/** Packet timestamps, cross-timestamps and PTPv2 (IEEE 1588) in a program of your own. */
module org.wirestamp {
    exports org.wirestamp;
}
