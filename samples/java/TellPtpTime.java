// SPDX-License-Identifier: Apache-2.0
// Joins PTP on an interface and tells the time with its bound after every sample.
// java -cp wirestamp.jar TellPtpTime.java [--count N] INTERFACE [OPTION VALUE]...

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.wirestamp.*;

class TellPtpTime {
    public static void main(String[] arguments) throws InterruptedException {
        int first = arguments.length > 1 && arguments[0].equals("--count") ? 2 : 0;
        if ((arguments.length - first) % 2 != 1) {
            System.err.println("usage: TellPtpTime [--count N] INTERFACE [OPTION VALUE]...");
            System.exit(2);
        }
        CountDownLatch left = new CountDownLatch(first == 2 ? Integer.parseInt(arguments[1]) : 10);
        try (Context context = new Context(); PtpConfig config = new PtpConfig().addPort(arguments[first])) {
            for (int i = first + 1; i + 1 < arguments.length; i += 2)
                config.set(arguments[i], arguments[i + 1]);
            Ptp clock = context.openPtp(config);
            context.subscribe(null, clock, event -> tell(clock, event, left));
            clock.start();
            long before;
            do {
                before = left.getCount();
                left.await(20, TimeUnit.SECONDS);
            } while (left.getCount() > 0 && left.getCount() < before);
            if (left.getCount() > 0)
                throw new IllegalStateException("no sample within 20 s: is there a master in this domain?");
        } catch (WirestampException | IllegalStateException failure) {
            System.err.println(failure.getMessage());
            System.exit(1);
        }
    }

    /** Runs on the library's thread. */
    static void tell(Ptp clock, Event event, CountDownLatch left) {
        if (event instanceof Event.PtpPort port) {
            System.out.printf("port %d: %s -> %s (%s)%n", port.portNumber(), port.oldState(), port.newState(), port.reason());
        } else if (event instanceof Event.PtpFault fault) {
            System.out.printf("port %d: %s: %s%n", fault.portNumber(), fault.fault(), fault.text());
        } else if (event instanceof Event.PtpOffset sample && left.getCount() > 0) {
            PtpTime now = clock.now();
            System.out.printf("%s, %s, offset %d ns%s%n", now.utc(), now.clockState(), sample.offsetFromMaster(),
                    now.clockState() == PtpClockState.FREE_RUNNING ? "" : ", true time within " + now.bound() + " ns");
            left.countDown();
        }
    }
}
