// SPDX-License-Identifier: Apache-2.0
package org.wirestamp;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * bindings/behaviour/behaviour.txt as Java runs it: the table on standard input, the results on standard output. What the commands
 * mean is said there; nothing here knows what they should bring.
 */
final class Behaviour {
    private final PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    private final Map<String, Context> contexts = new HashMap<>();
    private final Map<String, NativeObject> objects = new HashMap<>();
    private final Map<String, PtpConfig> configs = new HashMap<>();
    private final Map<String, Subscription> subscriptions = new HashMap<>();
    private Simulation simulation;

    public static void main(String[] arguments) throws IOException {
        Behaviour behaviour = new Behaviour();
        BufferedReader table = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = table.readLine(); line != null; line = table.readLine()) {
            if (!line.isEmpty() && line.charAt(0) != '#') {
                behaviour.command(line);
            }
        }
        behaviour.out.flush();
    }

    private void command(String line) {
        out.print("> " + line + "\n");
        try {
            String said = run(line.split(" "), rest(line));
            out.print(said.isEmpty() || said.endsWith("\n") ? said : said + "\n");
        } catch (WirestampException failure) {
            out.print(failure.status().symbol() + " " + failure.osError() + " " + failure.getMessage() + "\n");
        }
    }

    /** What follows the command, or its object where it has one. */
    private static String rest(String line) {
        int from = line.indexOf(' ');
        if (line.startsWith("read ")) {
            from = line.indexOf(' ', from + 1);
        }
        return from < 0 ? "" : line.substring(from + 1).replace("\\n", "\n");
    }

    private static long number(String word) {
        return Long.parseLong(word);
    }

    private static int small(String word) {
        return (int) Long.parseLong(word);
    }

    private static String orNull(String word) {
        return word.equals("-") ? null : word;
    }

    private static String words(Object... words) {
        StringBuilder text = new StringBuilder();
        for (Object word : words) {
            text.append(text.length() == 0 ? "" : " ").append(word instanceof Boolean b ? (b ? "1" : "0") : word);
        }
        return text.toString();
    }

    private static String orNothing(String text) {
        return text.isEmpty() ? "-" : text;
    }

    private static String text(InetSocketAddress address) {
        return address == null ? "-" : Wirestamp.addressText(address);
    }

    private static String text(Stamp stamp) {
        return stamp == null ? "-" : stamp.clock() + ":" + stamp.source().name().toLowerCase() + ":" + stamp.value();
    }

    private static String identity(String written) {
        return written.replace(".", "");
    }

    private static String text(Interface i) {
        return words(i.name(), i.friendlyName(), i.index(), i.kind(), i.link().ordinal(), i.mtu(), i.phcIndex(),
                (i.up() ? 1 : 0) | (i.loopback() ? 2 : 0) | (i.multicast() ? 4 : 0), i.driver(),
                orNothing(i.hardwareAddress().replace(":", "")), Unsigned.toString(i.id()));
    }

    private static String text(Datagram d) {
        byte[] data = new byte[d.size()];
        d.data().get(data);
        return words(orNothing(HexFormat.of().formatHex(data)), d.isTruncated(), text(d.source()), text(d.destination()),
                text(d.hardware()), text(d.software()));
    }

    private static String text(Capabilities c) {
        String numbers = words(c.valid(), c.hardware(), c.software(), c.clockFrequency(), c.crossTimestamp(), c.phcIndex());
        return numbers + names(c.hardwareNames());
    }

    private static String names(List<String> names) {
        return names.isEmpty() ? "" : " " + String.join(" ", names);
    }

    private static String text(PtpTime t, boolean withLocal) {
        return words(t.clockState(), t.nanos(), t.earliest(), t.latest()) + (withLocal ? " " + t.localTime() : "") + " "
                + words(t.localClock().code, t.utcOffset(), t.timeFlags());
    }

    private String nameOf(NativeObject object) {
        for (Map.Entry<String, NativeObject> entry : objects.entrySet()) {
            if (entry.getValue() == object) {
                return entry.getKey();
            }
        }
        return "-";
    }

    private String text(Event event) {
        Event.Header h = event.header();
        String name = "-";
        for (Map.Entry<String, Subscription> entry : subscriptions.entrySet()) {
            if (entry.getValue().id() == h.subscription()) {
                name = entry.getKey();
            }
        }
        return words(name, h.sequence(), h.time(), nameOf(h.object()), h.type()) + payload(event) + "\n";
    }

    private static String payload(Event event) {
        if (event instanceof Event.Overflow e) {
            return " " + e.lost();
        } else if (event instanceof Event.OfInterface e) {
            InterfaceChange c = e.change();
            return " " + words(c.name(), c.oldName(), c.linkBefore().ordinal(), c.linkAfter().ordinal(), c.phcBefore(),
                    c.phcAfter(), c.clockStep(), c.supportedBefore().hardware(), c.supportedAfter().hardware(),
                    c.activeBefore().hardware(), c.activeAfter().hardware()) + names(c.reasonNames());
        } else if (event instanceof Event.PtpPort e) {
            return " " + words(e.portNumber(), e.oldState(), e.newState(), e.reason(), e.interfaceName());
        } else if (event instanceof Event.PtpBestMaster e) {
            return " " + words(identity(e.grandmasterIdentity()), identity(e.parentIdentity()), e.parentPortNumber(),
                    e.stepsRemoved(), e.priority1(), e.priority2(), e.clockClass(), e.clockAccuracy(),
                    e.offsetScaledLogVariance(), e.isSelf(), e.timeSource(), e.utcOffset(), e.timeFlags());
        } else if (event instanceof Event.PtpOffset e) {
            return " " + words(e.offsetFromMaster(), e.measuredOffset(), e.meanPathDelay(), (long) (e.frequency() * 1000),
                    e.bound(), e.ptpTime(), e.servoState().ordinal(), e.portNumber(), e.source().name().toLowerCase(),
                    e.outlier());
        } else if (event instanceof Event.PtpClock e) {
            return " " + words(e.oldState(), e.newState(), e.bound());
        } else if (event instanceof Event.PtpClockStep e) {
            return " " + words(e.step(), e.clock());
        } else if (event instanceof Event.PtpSystemClock e) {
            return " " + words(e.offset(), e.bound(), e.width(), (long) (e.frequency() * 1000), e.servoState().ordinal(),
                    e.utcOffset());
        } else if (event instanceof Event.PtpDisagreement e) {
            return " " + words(identity(e.grandmasterIdentity()), e.verdict().name().toLowerCase(), e.clocks(), e.agreeing(),
                    e.offset(), e.bound(), e.domainNumber());
        } else if (event instanceof Event.PtpFault e) {
            return " " + words(e.fault(), e.osError(), e.portNumber(), e.count(), e.text());
        } else if (event instanceof Event.OfSocket e) {
            return " " + words((e.readable() ? 1 : 0) | (e.transmitStamps() ? 2 : 0) | (e.stampsLost() ? 4 : 0),
                    e.transmitStampsLost());
        } else if (event instanceof Event.OfCorrelation e) {
            return " " + words(e.state().name().toLowerCase(), e.reason());
        }
        return "";
    }

    private Interface find(String context, String key) {
        return contexts.get(context).find(key);
    }

    private TimestampSocket socket(String name) {
        return (TimestampSocket) objects.get(name);
    }

    private Correlation correlation(String name) {
        return (Correlation) objects.get(name);
    }

    private Ptp ptp(String name) {
        return (Ptp) objects.get(name);
    }

    /** What Java tells by false or null, C tells by one of two statuses, in these words. */
    private static WirestampException nothing(long timeout) {
        return timeout == 0
                ? new WirestampException(Status.WOULD_BLOCK, 0,
                        "nothing is there now; give a timeout, or try again when the handle is ready")
                : new WirestampException(Status.TIMED_OUT, 0, "nothing came within the timeout");
    }

    private static Duration span(long nanos) {
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    private void close(String name) {
        if (name.equals("simulation")) {
            simulation.close();
        } else if (contexts.containsKey(name)) {
            contexts.remove(name).close();
        } else if (objects.containsKey(name)) {
            objects.remove(name).close();
        } else {
            configs.remove(name).close();
        }
    }

    private static Set<EventType> types(long mask) {
        if (mask == 0) {
            return null;
        }
        EnumSet<EventType> types = EnumSet.noneOf(EventType.class);
        for (EventType type : EventType.values()) {
            if ((mask >> type.code & 1) != 0) {
                types.add(type);
            }
        }
        return types;
    }

    private String run(String[] w, String rest) {
        switch (w[0]) {
            case "simulation" -> simulation = new Simulation(number(w[1]));
            case "host" -> simulation.addHost(w[1]);
            case "bridge" -> simulation.addBridge(w[1], new Simulation.Bridge());
            case "adapter" -> {
                Simulation.Adapter adapter = new Simulation.Adapter().addresses(orNull(w[3])).clockOffset(number(w[5]))
                        .oscillator(new Oscillator().drift(number(w[6])));
                adapter.flags = small(w[4]);
                simulation.addAdapter(w[1], w[2], adapter);
            }
            case "link" -> {
                Simulation.Direction direction = new Simulation.Direction().delay(number(w[4]), Jitter.NONE);
                simulation.connect(w[1], w[2], w[3], direction, direction);
            }
            case "trace" -> {
                long[] values = Arrays.stream(w[3].split(",")).mapToLong(Long::parseLong).toArray();
                simulation.setLink(w[1], new Simulation.Direction().delay(number(w[2]), Jitter.trace(values)),
                        new Simulation.Direction().delay(number(w[2]), Jitter.NONE));
            }
            case "run" -> simulation.run(number(w[1]));
            case "cut" -> simulation.cut(w[1]);
            case "restore" -> simulation.restore(w[1]);
            case "step" -> simulation.stepClock(w[1], number(w[2]));
            case "apply" -> simulation.apply(rest);
            case "schedule" -> simulation.schedule(rest);
            case "context" -> contexts.put(w[1], new Context(new Context.Options().simulated(simulation, w[2]).seed(1)));
            case "close" -> close(w[1]);
            case "disable" -> contexts.get(w[1]).restore(find(w[1], w[2]));
            case "subscribe" -> subscriptions.put(w[1],
                    contexts.get(w[2]).subscribeQueue(types(number(w[3])), objects.get(w[4])));
            case "watch" -> subscriptions.put(w[1], contexts.get(w[2]).watchQueue(null, small(w[3]), null));
            case "unsubscribe" -> subscriptions.remove(w[1]).close();
            case "correlate" -> {
                Correlation.Options options = new Correlation.Options().adapter(find(w[2], w[3]));
                options.stampClock = small(w[4]);
                objects.put(w[1], contexts.get(w[2]).correlate(options));
            }
            case "wait" -> {
                if (!correlation(w[1]).waitValid(Duration.ofMillis(number(w[2])))) {
                    throw nothing(number(w[2]));
                }
            }
            case "reset" -> correlation(w[1]).restart();
            case "socket" -> {
                TimestampSocket.Options options = new TimestampSocket.Options().adapter(find(w[2], w[3]))
                        .bind(Wirestamp.parseAddress(w[4]));
                options.stamps = small(w[5]);
                options.flags = small(w[6]);
                objects.put(w[1], contexts.get(w[2]).openSocket(options));
            }
            case "join" -> socket(w[1]).join(Wirestamp.parseAddress(w[2]).getAddress());
            case "leave" -> socket(w[1]).leave(Wirestamp.parseAddress(w[2]).getAddress());
            case "send" -> {
                ByteBuffer data = ByteBuffer.wrap(HexFormat.of().parseHex(w[4]));
                if (w[3].equals("-")) {
                    socket(w[1]).send(data, Wirestamp.parseAddress(w[2]));
                } else {
                    socket(w[1]).sendStamped(data, Wirestamp.parseAddress(w[2]), small(w[3]));
                }
            }
            case "config" -> configs.put(w[1], new PtpConfig());
            case "set" -> configs.get(w[1]).set(w[2], w[3]);
            case "port" -> configs.get(w[1]).addPort(w[2]);
            case "set_port" -> configs.get(w[1]).set(w[2], w[3], w[4]);
            case "read" -> configs.get(w[1]).readText(rest, "table");
            case "ptp" -> objects.put(w[1], contexts.get(w[2]).openPtp(configs.get(w[3])));
            case "start" -> ptp(w[1]).start();
            case "stop" -> ptp(w[1]).stop();
            case "change" -> ptp(w[1]).set(w[2], w[3]);
            default -> {
                return ask(w, rest);
            }
        }
        return "ok";
    }

    private String ask(String[] w, String rest) {
        switch (w[0]) {
            case "now":
                return words(simulation.now());
            case "true_tai":
                return words(simulation.trueTai());
            case "clock_error":
                return words((long) (simulation.clockError(w[1], small(w[2])) * 1000));
            case "counters": {
                Simulation.Counters c = simulation.counters();
                return words(c.events(), c.framesSent(), c.framesDelivered(), c.framesLost(), Unsigned.toString(c.digest()));
            }
            case "interfaces": {
                StringBuilder lines = new StringBuilder();
                for (Interface found : contexts.get(w[1]).interfaces()) {
                    lines.append(text(found)).append('\n');
                }
                return lines.toString();
            }
            case "find":
                return text(find(w[1], w[2]));
            case "addresses": {
                StringBuilder lines = new StringBuilder();
                for (InterfaceAddress found : contexts.get(w[1]).addresses(find(w[1], w[2]))) {
                    lines.append(text(new InetSocketAddress(found.address(), 0))).append('/').append(found.prefixLength())
                            .append('\n');
                }
                return lines.toString();
            }
            case "supported":
                return text(contexts.get(w[1]).supported(find(w[1], w[2])));
            case "active":
                return text(contexts.get(w[1]).active(find(w[1], w[2]), !w[3].equals("0")));
            case "support": {
                PtpSupport s = contexts.get(w[1]).supported(find(w[1], w[2])).ptpSupport();
                return words(s.ipv4(), s.ipv6(), s.both()).toLowerCase();
            }
            case "enable":
                return text(contexts.get(w[1]).enable(find(w[1], w[2]), small(w[3]), w[4].equals("1")));
            case "events": {
                StringBuilder lines = new StringBuilder();
                for (Event e; (e = contexts.get(w[1]).nextEvent(Duration.ZERO)) != null; ) {
                    lines.append(text(e));
                }
                return lines.toString();
            }
            case "clock":
                return words(contexts.get(w[1]).read(small(w[2]), w[3].equals("-") ? 0 : find(w[1], w[3]).id()));
            case "cross": {
                CrossTimestamp x = contexts.get(w[1]).crossTimestamp(find(w[1], w[2]).id(), small(w[3]), small(w[4]));
                return words(x.method().name().toLowerCase(), x.systemBefore(), x.device(), x.systemAfter(), x.systemClock(),
                        x.deviceClock(), x.deviceIndex(), x.samples(), x.uncertainty());
            }
            case "convert": {
                CorrelationTime t = correlation(w[1]).convert(small(w[2]), number(w[3]));
                return words(t.clock(), t.value(), t.bound());
            }
            case "correlation": {
                CorrelationStatus s = correlation(w[1]).status();
                return s.state().name().toLowerCase() + ", " + s.reason() + ", "
                        + words((long) (s.rate() * 1000), s.bound(), s.samples(), s.outliers(), s.restarts());
            }
            case "address":
                return text(Wirestamp.parseAddress(rest));
            case "local":
                return text(socket(w[1]).localAddress());
            case "receive": {
                Datagram d = new Datagram(small(w[2]));
                if (!socket(w[1]).receive(d, span(number(w[3])))) {
                    throw nothing(number(w[3]));
                }
                return text(d);
            }
            case "send_batch": {
                InetSocketAddress to = Wirestamp.parseAddress(w[2]);
                String[] payloads = w[4].split(",");
                OutgoingBatch batch = new OutgoingBatch(payloads.length, w[4].length());
                for (int i = 0; i < payloads.length; i++) {
                    ByteBuffer data = ByteBuffer.wrap(HexFormat.of().parseHex(payloads[i]));
                    if (w[3].equals("-")) {
                        batch.add(data, to);
                    } else {
                        batch.addStamped(data, to, small(w[3]) + i);
                    }
                }
                return words(socket(w[1]).send(batch));
            }
            case "receive_batch": {
                DatagramBatch batch = new DatagramBatch(small(w[2]), small(w[3]));
                StringBuilder lines = new StringBuilder();
                int count = socket(w[1]).receive(batch, span(number(w[4])));
                lines.append(count).append('\n');
                for (int i = 0; i < count; i++) {
                    lines.append(text(batch.get(i))).append('\n');
                }
                return lines.toString();
            }
            case "stamps": {
                StringBuilder lines = new StringBuilder();
                List<TransmitStamp> taken = socket(w[1]).transmitStamps(small(w[2]), span(number(w[3])));
                lines.append(taken.size()).append('\n');
                for (TransmitStamp s : taken) {
                    lines.append(words(Integer.toUnsignedString(s.id()), text(s.hardware()), text(s.software()))).append('\n');
                }
                return lines.toString();
            }
            case "after":
                return ptp(w[1]).isAfter(number(w[2])).name().toLowerCase();
            case "before":
                return ptp(w[1]).isBefore(number(w[2])).name().toLowerCase();
            case "agreement": {
                PtpAgreement a = ptp(w[1]).agreement();
                return words(a.clocks(), a.agreeing(), a.verdict().name().toLowerCase(), a.earliest(), a.latest(), a.localTime(),
                        a.offset());
            }
            case "option":
                for (PtpOption option : PtpConfig.options()) {
                    if (option.name().equals(w[1])) {
                        return words(option.name(), option.ofPort() ? 2 : 1, option.defaultValue() + ",", option.allowed());
                    }
                }
                return "";
            case "stamp": {
                TransmitStamp s = socket(w[1]).transmitStamp(small(w[2]), span(number(w[3])));
                if (s == null) {
                    throw nothing(number(w[3]));
                }
                return words(Integer.toUnsignedString(s.id()), text(s.hardware()), text(s.software()));
            }
            case "totals": {
                SocketCounters c = socket(w[1]).counters();
                return words(c.received(), c.sent(), c.receiveStampsMissing(), c.transmitStampsAsked(), c.transmitStamps(),
                        c.transmitStampsDropped(), c.transmitStampsUnknown(), c.transmitStampsTimedOut());
            }
            case "get":
                return configs.get(w[1]).get(orNull(w[3]), w[2]);
            case "status": {
                PtpStatus s = ptp(w[1]).status();
                return words(s.clockState(), s.valid(), identity(s.clockIdentity()), identity(s.grandmasterIdentity()),
                        identity(s.parentIdentity()), s.stepsRemoved(), s.offsetFromMaster(), s.meanPathDelay(), s.bound(),
                        s.samples());
            }
            case "port_status": {
                PtpPortStatus s = ptp(w[1]).port(small(w[2]));
                return words(s.portNumber(), s.state(), s.interfaceName(), s.logSyncInterval(), s.peerToPeer() ? 2 : 1,
                        s.sent()[0], s.received()[0], s.stampSource().name().toLowerCase());
            }
            case "ptp_now":
                return text(ptp(w[1]).now(), true);
            case "ptp_convert":
                return text(ptp(w[1]).convert(small(w[2]), number(w[3])), false);
            default:
                throw new IllegalArgumentException("unknown command " + w[0]);
        }
    }
}
