// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;


/** What noise of a delay is like, ns. */
public final class Jitter {
    /** No noise. */
    public static final Jitter NONE = new Jitter(Abi.WST_SIMULATION_JITTER_NONE, 0, 0, 0, null);

    private final int kind;
    private final double scale;
    private final double shape;
    private final double limit;
    private final long[] trace;

    private Jitter(int kind, double scale, double shape, double limit, long[] trace) {
        this.kind = kind;
        this.scale = scale;
        this.shape = shape;
        this.limit = limit;
        this.trace = trace;
    }

    /**
     * @param deviation standard deviation
     * @return mean 0; a delay never falls below 0 by it
     */
    public static Jitter gaussian(double deviation) {
        return new Jitter(Abi.WST_SIMULATION_JITTER_GAUSSIAN, deviation, 0, 0, null);
    }

    /**
     * @param mean of it
     * @return exponential
     */
    public static Jitter exponential(double mean) {
        return new Jitter(Abi.WST_SIMULATION_JITTER_EXPONENTIAL, mean, 0, 0, null);
    }

    /**
     * @param most of it
     * @return uniform from 0
     */
    public static Jitter uniform(double most) {
        return new Jitter(Abi.WST_SIMULATION_JITTER_UNIFORM, most, 0, 0, null);
    }

    /**
     * @param scale of it
     * @param shape of the tail
     * @return heavy tail
     */
    public static Jitter pareto(double scale, double shape) {
        return new Jitter(Abi.WST_SIMULATION_JITTER_PARETO, scale, shape, 0, null);
    }

    /**
     * @param packet ns that each packet takes
     * @param load share of the line, 0 to 0.99
     * @return waiting behind cross traffic
     */
    public static Jitter queue(double packet, double load) {
        return new Jitter(Abi.WST_SIMULATION_JITTER_QUEUE, packet, load, 0, null);
    }

    /**
     * @param values recorded, ns
     * @return these in their order, from the start again when they end
     */
    public static Jitter trace(long... values) {
        return new Jitter(Abi.WST_SIMULATION_JITTER_TRACE, 0, 0, 0, values.clone());
    }

    /**
     * @param most larger values are cut to it
     * @return the same with that limit
     */
    public Jitter limit(double most) {
        return new Jitter(kind, scale, shape, most, trace);
    }

    void write(Scratch s, int at) {
        s.bytes.putInt(at + Abi.wst_simulation_jitter.kind, kind);
        s.bytes.putDouble(at + Abi.wst_simulation_jitter.scale, scale);
        s.bytes.putDouble(at + Abi.wst_simulation_jitter.shape, shape);
        s.bytes.putDouble(at + Abi.wst_simulation_jitter.limit, limit);
        if (trace != null) {
            int values = s.raw(Math.multiplyExact(8, trace.length));
            for (int i = 0; i < trace.length; i++) {
                s.bytes.putLong(values + 8 * i, trace[i]);
            }
            s.bytes.putInt(at + Abi.wst_simulation_jitter.trace_length, trace.length);
            s.bytes.putLong(at + Abi.wst_simulation_jitter.trace, s.address(values));
        }
    }
}
