// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

/** What a context tells. Ignore kinds you do not know: {@link Unknown} stands for those of a newer library. */
public sealed interface Event {
    /**
     * What all events have.
     *
     * @param type the C interface's number of the kind of event
     * @param sequence rises by one with every event of the context, so that a gap shows a loss
     * @param time CLOCK_MONOTONIC ns (the host's, also when simulated) when it happened
     * @param subscription through which it came
     * @param object the {@link Ptp}, {@link TimestampSocket} or {@link Correlation} it is about; null for the context itself
     */
    record Header(int type, long sequence, long time, long subscription, NativeObject object) {}

    /** @return what all events have */
    Header header();

    /**
     * @param header common
     * @param lost events lost since the last report, because the queue was full
     */
    record Overflow(Header header, long lost) implements Event {}

    /**
     * @param header common
     * @param change what changed
     */
    record OfInterface(Header header, InterfaceChange change) implements Event {}

    /**
     * @param header common
     * @param portNumber of the clock
     * @param oldState before
     * @param newState now
     * @param reason such as "ANNOUNCE_RECEIPT_TIMEOUT"
     * @param interfaceName of the port
     */
    record PtpPort(Header header, int portNumber, PtpPortState oldState, PtpPortState newState, String reason,
            String interfaceName) implements Event {}

    /**
     * @param header common
     * @param grandmasterIdentity own: this clock is the grandmaster
     * @param parentIdentity whom the clock hears
     * @param parentPortNumber at which port
     * @param stepsRemoved from the grandmaster
     * @param priority1 the grandmaster's
     * @param priority2 the grandmaster's
     * @param clockClass the grandmaster's
     * @param clockAccuracy the grandmaster's
     * @param offsetScaledLogVariance the grandmaster's
     * @param isSelf whether this clock is the grandmaster
     * @param timeSource the grandmaster's
     * @param utcOffset s
     * @param timeFlags timePropertiesDS flags
     */
    record PtpBestMaster(Header header, String grandmasterIdentity, String parentIdentity, int parentPortNumber, int stepsRemoved,
            int priority1, int priority2, int clockClass, int clockAccuracy, int offsetScaledLogVariance, boolean isSelf,
            int timeSource, int utcOffset, int timeFlags) implements Event {}

    /**
     * @param header common
     * @param offsetFromMaster ns: best estimate before the correction that follows from it
     * @param measuredOffset ns: of this sample alone
     * @param meanPathDelay ns
     * @param frequency ppb, applied after this sample
     * @param bound ns: |true error| is believed to be below
     * @param ptpTime ns, PTP timescale, when the sample was taken
     * @param servoState what the servo made of it
     * @param portNumber which port
     * @param source who took the stamps
     * @param outlier taken for a packet that was held up, and not used
     */
    record PtpOffset(Header header, long offsetFromMaster, long measuredOffset, long meanPathDelay, double frequency, long bound,
            long ptpTime, ServoState servoState, int portNumber, Source source, boolean outlier) implements Event {}

    /**
     * @param header common
     * @param oldState before
     * @param newState now
     * @param bound ns
     */
    record PtpClock(Header header, PtpClockState oldState, PtpClockState newState, long bound) implements Event {}

    /**
     * @param header common
     * @param step ns that will be added to the clock
     * @param clock which others use, too: DEVICE, REALTIME; NONE: the engine's own
     */
    record PtpClockStep(Header header, long step, Clock clock) implements Event {}

    /**
     * The system's clock, which is steered, against PTP time.
     *
     * @param header common
     * @param offset ns: system clock minus the UTC that PTP tells, before the correction that follows from it
     * @param bound ns: |system clock minus the grandmaster's UTC| is believed to be below
     * @param width ns between the two reads of the system clock that enclose the other one's
     * @param frequency ppb, set after this comparison
     * @param servoState what the servo made of it
     * @param utcOffset s: TAI minus UTC as used
     */
    record PtpSystemClock(Header header, long offset, long bound, long width, double frequency, ServoState servoState,
            int utcOffset) implements Event {}

    /**
     * PTP clocks of one context tell times whose bounds exclude each other, or this is over.
     *
     * @param header common
     * @param grandmasterIdentity whom the clock in the header follows
     * @param verdict what the others make of it
     * @param clocks compared
     * @param agreeing of these, so many can be right at once
     * @param offset ns: this clock's time minus the middle of what the most can agree on
     * @param bound ns: half the width of that, and this clock's own bound
     * @param domainNumber of the clock in the header
     */
    record PtpDisagreement(Header header, String grandmasterIdentity, PtpAgreement.Verdict verdict, int clocks, int agreeing,
            long offset, long bound, int domainNumber) implements Event {}

    /**
     * @param header common
     * @param fault such as "TRANSMIT_STAMP_LOST"
     * @param osError errno behind it, 0 if none
     * @param portNumber which port
     * @param count how often since the last such event
     * @param text what went wrong and what the engine did about it
     */
    record PtpFault(Header header, String fault, int osError, int portNumber, int count, String text) implements Event {}

    /**
     * @param header common
     * @param readable datagrams have come
     * @param transmitStamps transmit stamps have come
     * @param stampsLost transmit stamps were lost
     * @param transmitStampsLost how many stamps were lost
     */
    record OfSocket(Header header, boolean readable, boolean transmitStamps, boolean stampsLost, long transmitStampsLost)
            implements Event {}

    /**
     * @param header common
     * @param interfaceId whose clock
     * @param state now
     * @param reason such as "clock stepped"
     */
    record OfCorrelation(Header header, long interfaceId, CorrelationState state, String reason) implements Event {}

    /** @param header common, with the type */
    record Unknown(Header header) implements Event {}
}
