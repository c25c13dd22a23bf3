// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** A free-running oscillator; without more, a perfect one. */
public final class Oscillator {
    private double drift;
    private double wander;
    private double ramp;
    private long rampBegin;
    private long rampEnd;
    private double sinus;
    private long sinusPeriod;
    private double sinusPhase;
    private long grid;

    /**
     * @param ppb constant frequency error
     * @return this
     */
    public Oscillator drift(double ppb) {
        drift = ppb;
        return this;
    }

    /**
     * @param fraction random walk of frequency per square root of a second: 1e-9 is a good crystal
     * @return this
     */
    public Oscillator wander(double fraction) {
        wander = fraction;
        return this;
    }

    /**
     * @param ppbPerSecond slope
     * @param begin true time, ns
     * @param end true time, ns, 0: never
     * @return this
     */
    public Oscillator ramp(double ppbPerSecond, long begin, long end) {
        ramp = ppbPerSecond;
        rampBegin = begin;
        rampEnd = end;
        return this;
    }

    /**
     * @param ppb amplitude
     * @param period ns, 0: one day
     * @param phase at true time 0, fraction of a turn
     * @return this
     */
    public Oscillator sinus(double ppb, long period, double phase) {
        sinus = ppb;
        sinusPeriod = period;
        sinusPhase = phase;
        return this;
    }

    /**
     * @param nanos step of the random walk
     * @return this
     */
    public Oscillator grid(long nanos) {
        grid = nanos;
        return this;
    }

    void write(Scratch s, int at) {
        s.bytes.putDouble(at + Abi.wst_simulation_oscillator.drift, drift);
        s.bytes.putDouble(at + Abi.wst_simulation_oscillator.wander, wander);
        s.bytes.putDouble(at + Abi.wst_simulation_oscillator.ramp, ramp);
        s.bytes.putLong(at + Abi.wst_simulation_oscillator.ramp_begin, rampBegin);
        s.bytes.putLong(at + Abi.wst_simulation_oscillator.ramp_end, rampEnd);
        s.bytes.putDouble(at + Abi.wst_simulation_oscillator.sinus, sinus);
        s.bytes.putLong(at + Abi.wst_simulation_oscillator.sinus_period, sinusPeriod);
        s.bytes.putDouble(at + Abi.wst_simulation_oscillator.sinus_phase, sinusPhase);
        s.bytes.putLong(at + Abi.wst_simulation_oscillator.grid, grid);
    }
}
