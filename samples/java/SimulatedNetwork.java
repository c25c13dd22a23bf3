// SPDX-License-Identifier: Apache-2.0
// A unit test's network without hardware: two PTP clocks on simulated hosts, a cut cable, and true errors that no real system
// tells. The same seed gives the same run. java -cp wirestamp.jar SimulatedNetwork.java [SEED]

import java.time.Duration;
import java.util.EnumSet;
import org.wirestamp.*;

class SimulatedNetwork {
    public static void main(String[] arguments) {
        long seed = arguments.length > 0 ? Unsigned.parse(arguments[0]) : 1;
        try (Simulation network = new Simulation(seed)) {
            network.addHost("master").addHost("client")
                    .addAdapter("master", "eth0", new Simulation.Adapter().addresses("192.0.2.1/24").stampsEnabled())
                    .addAdapter("client", "eth0", new Simulation.Adapter().addresses("192.0.2.2/24").stampsEnabled()
                            .oscillator(new Oscillator().drift(4200).wander(1e-9)).clockOffset(-250_000))
                    .connect("cable", "master/eth0", "client/eth0",
                            new Simulation.Direction().delay(500, Jitter.exponential(100)),
                            new Simulation.Direction().delay(500, Jitter.exponential(100)));
            try (Context master = new Context(new Context.Options().simulated(network, "master").seed(1));
                    Context client = new Context(new Context.Options().simulated(network, "client").seed(2));
                    PtpConfig config = new PtpConfig().addPort("eth0");
                    Ptp source = master.openPtp(config.set("priority1", "100"));
                    Ptp clock = client.openPtp(config.set("clientOnly", "1").set("priority1", "255"))) {
                client.subscribe(EnumSet.of(EventType.PTP_CLOCK_STATE), clock, event -> {
                    if (event instanceof Event.PtpClock state)
                        System.out.printf("%6.1f s: %s -> %s%n", network.now() / 1e9, state.oldState(), state.newState());
                });
                source.start();
                clock.start();
                network.run(Duration.ofSeconds(60));
                tell("after a minute", network, clock);
                network.cut("cable");
                network.run(Duration.ofSeconds(30));
                tell("without cable", network, clock);
                network.restore("cable");
                network.run(Duration.ofSeconds(30));
                tell("with it again", network, clock);
                System.out.println("digest of the run: " + Unsigned.toHex(network.counters().digest()));
            }
        }
    }

    static void tell(String when, Simulation network, Ptp clock) {
        PtpTime now = clock.now();
        long error = now.nanos() - network.trueTai();
        System.out.printf("%s: %s, off by %+d ns, believed within %d ns%n", when, now.clockState(), error, now.bound());
    }
}
