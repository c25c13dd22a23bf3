// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.EnumSet;

/**
 * The binding beside JNI written by hand for the same C functions, in one run and turn by turn; the least of the turns counts.
 * Started by bindings/java/benchmark.sh.
 */
final class Benchmark {
    private static final int TURNS = 25;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static long sink;
    private static long events;

    private Benchmark() {}

    static native long handRead(long context, int clock);

    static native void handCross(long context, long id, int clock, int samples, long[] out);

    static native void handNow(long ptp, long[] out);

    static native long handSubscribe(long context, long mask, boolean toJava);

    static void handEvent(long sequence, long offset, long delay, long bound, long time, double frequency) {
        events++;
        sink += offset + delay + bound + time + (long) frequency + sequence;
    }

    /** Time that this thread had a processor: what else runs on the machine then matters little. */
    private static long processor() {
        return THREADS.getCurrentThreadCpuTime();
    }

    private static double[] race(int calls, Runnable... runners) {
        double[] least = new double[runners.length];
        java.util.Arrays.fill(least, Double.MAX_VALUE);
        for (int turn = 0; turn < TURNS; turn++) {
            for (int i = 0; i < runners.length; i++) {
                long began = processor();
                for (int call = 0; call < calls; call++) {
                    runners[i].run();
                }
                least[i] = Math.min(least[i], (double) (processor() - began) / calls);
            }
        }
        return least;
    }

    private static void tell(String what, double[] ns) {
        System.out.printf("%-34s by hand %7.1f ns, binding %7.1f ns, ratio %.2f%n", what, ns[0], ns[1], ns[1] / ns[0]);
    }

    private static Simulation pair() {
        Simulation.Direction way = new Simulation.Direction();
        return new Simulation(1).addHost("m").addHost("c")
                .addAdapter("m", "eth0", new Simulation.Adapter().addresses("192.0.2.1/24").stampsEnabled())
                .addAdapter("c", "eth0", new Simulation.Adapter().addresses("192.0.2.2/24").stampsEnabled())
                .connect("l", "m/eth0", "c/eth0", way, way);
    }

    /** One synchronised minute with 128 samples a second; how long each of its events took, and how many there were. */
    private static double[] minute(int way) {
        try (Simulation network = pair(); Context m = new Context(new Context.Options().simulated(network, "m").seed(1));
                Context c = new Context(new Context.Options().simulated(network, "c").seed(2));
                PtpConfig config = new PtpConfig().addPort("eth0").set("logSyncInterval", "-7")) {
            m.openPtp(config).start();
            c.openPtp(config.set("clientOnly", "1")).start();
            network.run(Duration.ofSeconds(20));
            events = 0;
            EnumSet<EventType> offsets = EnumSet.of(EventType.PTP_OFFSET);
            if (way < 2) {
                handSubscribe(c.handle, 1L << Abi.WST_EVENT_PTP_OFFSET, way == 1);
            } else {
                c.subscribe(offsets, null, event -> {
                    if (event instanceof Event.PtpOffset e) {
                        events++;
                        sink += e.offsetFromMaster() + e.meanPathDelay() + e.bound() + e.ptpTime() + (long) e.frequency()
                                + e.header().sequence();
                    }
                });
            }
            long began = processor();
            network.run(Duration.ofSeconds(60));
            return new double[] {processor() - began, events};
        }
    }

    public static void main(String[] arguments) {
        Wirestamp.version();
        System.load(arguments[0]);
        try (Simulation network = pair(); Context system = new Context();
                Context host = new Context(new Context.Options().simulated(network, "m"));
                PtpConfig config = new PtpConfig().addPort("eth0"); Ptp ptp = host.openPtp(config)) {
            Interface eth0 = host.find("eth0");
            long[] out = new long[10];
            double[] ns = race(200_000, () -> sink += handRead(system.handle, Abi.WST_CLOCK_MONOTONIC),
                    () -> sink += system.read(Clock.MONOTONIC));
            tell("getter (a clock of the system)", ns);
            ns = race(100_000, () -> {
                handCross(host.handle, eth0.id(), Abi.WST_CLOCK_MONOTONIC_RAW, 1, out);
                sink += new CrossTimestamp(out[0], CrossMethod.of((int) out[1]), out[2], out[3], out[4], Clock.of((int) out[5]),
                        Clock.of((int) out[6]), (int) out[7], (int) out[8], out[9]).device();
            }, () -> sink += host.crossTimestamp(eth0, Clock.MONOTONIC_RAW, 1).device());
            tell("cross-timestamp (simulated)", ns);
            ns = race(200_000, () -> {
                handNow(ptp.handle, out);
                sink += new PtpTime(PtpClockState.of((int) out[0]), out[1], out[2], out[3], out[4], Clock.of((int) out[5]),
                        (int) out[6], (int) out[7]).nanos();
            }, () -> sink += ptp.now().nanos());
            tell("PTP time (simulated)", ns);
        }
        double[] least = {Double.MAX_VALUE, Double.MAX_VALUE, Double.MAX_VALUE};
        double count = 0;
        for (int turn = 0; turn < TURNS; turn++) {
            for (int way = 0; way < 3; way++) {
                double[] took = minute(way);
                least[way] = Math.min(least[way], took[0]);
                count = Math.max(count, took[1]);
            }
        }
        double hand = (least[1] - least[0]) / count;
        double binding = (least[2] - least[0]) / count;
        tell("event, beyond what it is in C", new double[] {hand, binding});
        System.out.printf("%.0f events a turn; sum %d%n", count, sink);
    }
}
