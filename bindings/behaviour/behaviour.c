/* SPDX-License-Identifier: Apache-2.0 */
/*
 * behaviour.txt run by a C program: the table on standard input, the results on standard output. What the
 * commands mean is said there. Nothing here knows what they should bring.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "wirestamp/wirestamp.h"

enum { MOST_WORDS = 12, MOST_OBJECTS = 32 };

typedef enum { CONTEXT, CORRELATION, SOCKET, CONFIG, PTP, SUBSCRIPTION } Kind;

typedef struct {
    char name[32];
    Kind kind;
    void* object;
    uint64_t id;         /* of a subscription */
    wst_context* within; /* of a subscription */
} Named;

static wst_error error = WST_ERROR_INIT;
static wst_simulation* simulation;
static Named objects[MOST_OBJECTS];
static unsigned object_count;
static const char* rest; /* of the line, after the command and the words it has before REST */

static int failed(wst_status status) {
    if (status == WST_OK)
        return 0;
    printf("%s %" PRId32 " %s\n", wst_status_name(status), error.os_error, error.message);
    return 1;
}
static int nothing_came(wst_status status) {
    return status == WST_E_TIMED_OUT || status == WST_E_WOULD_BLOCK;
}
static void done(wst_status status) {
    if (!failed(status))
        printf("ok\n");
}

static void keep(Kind kind, const char* name, void* object, uint64_t id, wst_context* within) {
    Named* named = &objects[object_count++];
    if (object_count > MOST_OBJECTS || strlen(name) >= sizeof named->name) {
        fprintf(stderr, "behaviour: too many objects, or too long a name: %s\n", name);
        exit(2);
    }
    strcpy(named->name, name);
    named->kind = kind;
    named->object = object;
    named->id = id;
    named->within = within;
}
static Named* find(const char* name) {
    unsigned i;
    for (i = 0; i < object_count; ++i)
        if (strcmp(objects[i].name, name) == 0)
            return &objects[i];
    fprintf(stderr, "behaviour: there is no object %s\n", name);
    exit(2);
}
static void forget(Named* named) {
    *named = objects[--object_count];
}

static void* object_of(const char* name) {
    return find(name)->object;
}
static const char* name_of_object(const void* object) {
    unsigned i;
    for (i = 0; object != NULL && i < object_count; ++i)
        if (objects[i].object == object)
            return objects[i].name;
    return "-";
}
static const char* name_of_subscription(uint64_t id) {
    unsigned i;
    for (i = 0; i < object_count; ++i)
        if (objects[i].kind == SUBSCRIPTION && objects[i].id == id)
            return objects[i].name;
    return "-";
}
static uint64_t interface_id(wst_context* context, const char* key, int* bad) {
    wst_interface found = WST_INTERFACE_INIT;
    *bad = 0;
    if (strcmp(key, "-") == 0)
        return 0;
    *bad = failed(wst_interface_find(context, key, &found, &error));
    return found.id;
}
static const char* or_null(const char* word) {
    return strcmp(word, "-") == 0 ? NULL : word;
}
static int64_t number(const char* word) {
    return strtoll(word, NULL, 10);
}
static uint32_t small(const char* word) {
    return (uint32_t)strtoull(word, NULL, 10);
}
static int64_t thousandths(double value) {
    return (int64_t)(value * 1000);
}

static void print_hex(const void* bytes, size_t size) {
    const unsigned char* next = (const unsigned char*)bytes;
    if (size == 0)
        printf("-");
    while (size-- > 0)
        printf("%02x", *next++);
}
static const char* address_text(const wst_address* address, char* buffer) {
    if (address->family == WST_FAMILY_NONE)
        return "-";
    if (wst_address_text(address, buffer, WST_ADDRESS_TEXT_SIZE, NULL) != WST_OK)
        return "?";
    return buffer;
}
static void print_stamp(const wst_stamp* stamp) {
    if (stamp->source == WST_SOURCE_NONE)
        printf(" -");
    else
        printf(" %s:%s:%" PRId64, wst_clock_name(stamp->clock), wst_source_name(stamp->source), stamp->value);
}
static void print_interface(const wst_interface* found) {
    printf("%s %s %" PRIu32 " %s %" PRIu32 " %" PRIu32 " %" PRId32 " %" PRIu32 " %s ", found->name,
           found->friendly_name, found->index, wst_interface_kind_name(found->kind), found->link_state,
           found->mtu, found->phc_index, found->flags, found->driver);
    print_hex(found->hardware_address, found->hardware_address_length);
    printf(" %" PRIu64 "\n", found->id);
}
static void print_capabilities(const wst_capabilities* had) {
    uint32_t bit;
    printf("%" PRIu32 " %" PRIu32 " %" PRIu32 " %" PRIu64 " %" PRIu32 " %" PRId32, had->valid, had->hardware,
           had->software, had->clock_frequency, had->cross_timestamp, had->phc_index);
    for (bit = 0; wst_capability_name(WST_CAPABILITY_HARDWARE, bit); ++bit)
        if (had->hardware >> bit & 1)
            printf(" %s", wst_capability_name(WST_CAPABILITY_HARDWARE, bit));
    printf("\n");
}
static void print_time(const wst_ptp_time* time, int with_local) {
    printf("%s %" PRId64 " %" PRId64 " %" PRId64, wst_ptp_clock_state_name(time->clock_state), time->ptp_time,
           time->earliest, time->latest);
    if (with_local)
        printf(" %" PRId64, time->local_time);
    printf(" %" PRIu32 " %d %u\n", time->local_clock, time->current_utc_offset, (unsigned)time->time_flags);
}

static const char* verdict_name(uint32_t verdict) {
    return verdict == WST_PTP_VERDICT_AGREES     ? "agrees"
           : verdict == WST_PTP_VERDICT_DOUBTFUL ? "doubtful"
                                                 : "wrong";
}
static void print_datagram(const wst_datagram* datagram) {
    char text[WST_ADDRESS_TEXT_SIZE];
    print_hex(datagram->data, datagram->size);
    printf(" %" PRIu32 " %s", datagram->flags, address_text(&datagram->source, text));
    printf(" %s", address_text(&datagram->destination, text));
    print_stamp(&datagram->hardware);
    print_stamp(&datagram->software);
    printf("\n");
}
static void print_transmit_stamp(const wst_transmit_stamp* stamp) {
    printf("%" PRIu32, stamp->id);
    print_stamp(&stamp->hardware);
    print_stamp(&stamp->software);
    printf("\n");
}

/* subscription sequence time object, the type's number, and what it brings. */
static void print_event(const wst_event* event) {
    wst_interface_change change;
    uint32_t bit;
    printf("%s %" PRIu64 " %" PRId64 " %s %" PRIu32, name_of_subscription(event->subscription),
           event->sequence, event->time, name_of_object(event->object), event->type);
    switch (event->type) {
        case WST_EVENT_OVERFLOW:
            printf(" %" PRIu64, event->payload.overflow.lost);
            break;
        case WST_EVENT_INTERFACE:
            memset(&change, 0, sizeof change);
            change.struct_size = WST_INTERFACE_CHANGE_SIZE;
            if (failed(wst_interface_change_get(event, &change, &error)))
                return;
            printf(" %s %s %u %u %" PRId32 " %" PRId32 " %" PRId64 " %" PRIu32 " %" PRIu32 " %" PRIu32
                   " %" PRIu32,
                   change.name, change.old_name, (unsigned)change.link_before, (unsigned)change.link_after,
                   change.phc_before, change.phc_after, change.clock_step, change.supported_before.hardware,
                   change.supported_after.hardware, change.active_before.hardware,
                   change.active_after.hardware);
            for (bit = 0; wst_change_name(bit); ++bit)
                if (change.reasons >> bit & 1)
                    printf(" %s", wst_change_name(bit));
            break;
        case WST_EVENT_PTP_PORT_STATE: {
            const wst_event_ptp_port_state* state = &event->payload.ptp_port_state;
            printf(" %u %s %s %s %s", (unsigned)state->port_number, wst_ptp_state_name(state->old_state),
                   wst_ptp_state_name(state->new_state), wst_ptp_reason_name(state->reason),
                   state->interface_name);
            break;
        }
        case WST_EVENT_PTP_BEST_MASTER: {
            const wst_event_ptp_best_master* best = &event->payload.ptp_best_master;
            printf(" ");
            print_hex(best->grandmaster_identity, 8);
            printf(" ");
            print_hex(best->parent_identity, 8);
            printf(" %u %u %u %u %u %u %u %u %u %d %u", (unsigned)best->parent_port_number,
                   (unsigned)best->steps_removed, (unsigned)best->priority1, (unsigned)best->priority2,
                   (unsigned)best->clock_class, (unsigned)best->clock_accuracy,
                   (unsigned)best->offset_scaled_log_variance, (unsigned)best->is_self,
                   (unsigned)best->time_source, best->current_utc_offset, (unsigned)best->time_flags);
            break;
        }
        case WST_EVENT_PTP_OFFSET: {
            const wst_event_ptp_offset* offset = &event->payload.ptp_offset;
            printf(" %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRIu32
                   " %u %s %u",
                   offset->offset_from_master, offset->measured_offset, offset->mean_path_delay,
                   thousandths(offset->frequency), offset->bound, offset->ptp_time, offset->servo_state,
                   (unsigned)offset->port_number, wst_source_name(offset->source), (unsigned)offset->flags);
            break;
        }
        case WST_EVENT_PTP_CLOCK_STATE:
            printf(" %s %s %" PRId64, wst_ptp_clock_state_name(event->payload.ptp_clock_state.old_state),
                   wst_ptp_clock_state_name(event->payload.ptp_clock_state.new_state),
                   event->payload.ptp_clock_state.bound);
            break;
        case WST_EVENT_PTP_FAULT: {
            const wst_event_ptp_fault* fault = &event->payload.ptp_fault;
            printf(" %s %" PRId32 " %u %" PRIu32 " %s", wst_ptp_fault_name(fault->fault), fault->os_error,
                   (unsigned)fault->port_number, fault->count, fault->text);
            break;
        }
        case WST_EVENT_SOCKET:
            printf(" %" PRIu32 " %" PRIu64, event->payload.socket.reasons,
                   event->payload.socket.transmit_stamps_lost);
            break;
        case WST_EVENT_CORRELATION:
            printf(" %s %s", wst_correlation_state_name(event->payload.correlation.state),
                   wst_correlation_reason_name(event->payload.correlation.reason));
            break;
        case WST_EVENT_PTP_CLOCK_STEP:
            printf(" %" PRId64 " %s", event->payload.ptp_clock_step.step,
                   wst_clock_name(event->payload.ptp_clock_step.clock));
            break;
        case WST_EVENT_PTP_SYSTEM_CLOCK: {
            const wst_event_ptp_system_clock* clock = &event->payload.ptp_system_clock;
            printf(" %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 " %" PRIu32 " %d", clock->offset,
                   clock->bound, clock->width, thousandths(clock->frequency), clock->servo_state,
                   clock->utc_offset);
            break;
        }
        case WST_EVENT_PTP_DISAGREEMENT: {
            const wst_event_ptp_disagreement* apart = &event->payload.ptp_disagreement;
            printf(" ");
            print_hex(apart->grandmaster_identity, 8);
            printf(" %s %u %u %" PRId64 " %" PRId64 " %u", verdict_name(apart->verdict),
                   (unsigned)apart->clocks, (unsigned)apart->agreeing, apart->offset, apart->bound,
                   (unsigned)apart->domain_number);
            break;
        }
        default:
            break;
    }
    printf("\n");
}

/* The network. */
static int network_command(const char* command, char** word, unsigned words) {
    int64_t value = 0;
    double fraction = 0;
    if (strcmp(command, "simulation") == 0) {
        wst_simulation_options options = WST_SIMULATION_OPTIONS_INIT;
        options.seed = (uint64_t)number(word[1]);
        done(wst_simulation_create(&options, &simulation, &error));
    } else if (strcmp(command, "host") == 0) {
        done(wst_simulation_add_host(simulation, word[1], NULL, &error));
    } else if (strcmp(command, "bridge") == 0) {
        done(wst_simulation_add_bridge(simulation, word[1], NULL, &error));
    } else if (strcmp(command, "adapter") == 0) {
        wst_simulation_adapter adapter = WST_SIMULATION_ADAPTER_INIT;
        adapter.addresses = or_null(word[3]);
        adapter.flags = small(word[4]);
        adapter.clock_offset = number(word[5]);
        adapter.oscillator.drift = (double)number(word[6]);
        done(wst_simulation_add_adapter(simulation, word[1], word[2], &adapter, &error));
    } else if (strcmp(command, "link") == 0) {
        wst_simulation_link link = WST_SIMULATION_LINK_INIT;
        link.forward.delay = link.backward.delay = number(word[4]);
        done(wst_simulation_connect(simulation, word[1], word[2], word[3], &link, &error));
    } else if (strcmp(command, "trace") == 0) {
        wst_simulation_link link = WST_SIMULATION_LINK_INIT;
        int64_t values[8];
        char* next = word[3];
        link.forward.delay = link.backward.delay = number(word[2]);
        while (*next && link.forward.jitter.trace_length < 8) {
            values[link.forward.jitter.trace_length++] = strtoll(next, &next, 10);
            next += *next == ',';
        }
        link.forward.jitter.kind = WST_SIMULATION_JITTER_TRACE;
        link.forward.jitter.trace = values;
        done(wst_simulation_set_link(simulation, word[1], &link, &error));
    } else if (strcmp(command, "run") == 0) {
        done(wst_simulation_run(simulation, number(word[1]), &error));
    } else if (strcmp(command, "cut") == 0) {
        done(wst_simulation_cut(simulation, word[1], &error));
    } else if (strcmp(command, "restore") == 0) {
        done(wst_simulation_restore(simulation, word[1], &error));
    } else if (strcmp(command, "step") == 0) {
        done(wst_simulation_step_clock(simulation, word[1], number(word[2]), &error));
    } else if (strcmp(command, "apply") == 0) {
        done(wst_simulation_apply(simulation, rest, &error));
    } else if (strcmp(command, "schedule") == 0) {
        done(wst_simulation_schedule(simulation, rest, &error));
    } else if (strcmp(command, "now") == 0) {
        if (!failed(wst_simulation_now(simulation, &value, &error)))
            printf("%" PRId64 "\n", value);
    } else if (strcmp(command, "true_tai") == 0) {
        if (!failed(wst_simulation_true_tai(simulation, &value, &error)))
            printf("%" PRId64 "\n", value);
    } else if (strcmp(command, "clock_error") == 0) {
        if (!failed(wst_simulation_clock_error(simulation, word[1], small(word[2]), &fraction, &error)))
            printf("%" PRId64 "\n", thousandths(fraction));
    } else if (strcmp(command, "counters") == 0) {
        wst_simulation_counters counters = WST_SIMULATION_COUNTERS_INIT;
        if (!failed(wst_simulation_counters_get(simulation, &counters, &error)))
            printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n", counters.events,
                   counters.frames_sent, counters.frames_delivered, counters.frames_lost, counters.digest);
    } else {
        return 0;
    }
    (void)words;
    return 1;
}

/* Contexts, interfaces, capabilities, events. */
static int context_command(const char* command, char** word) {
    int bad;
    if (strcmp(command, "context") == 0) {
        wst_context_options options = WST_CONTEXT_OPTIONS_INIT;
        wst_context* context = NULL;
        options.simulation = simulation;
        options.simulation_host = word[2];
        options.seed = 1;
        if (!failed(wst_context_create(&options, &context, &error))) {
            keep(CONTEXT, word[1], context, 0, NULL);
            printf("ok\n");
        }
    } else if (strcmp(command, "close") == 0) {
        Named* named;
        if (strcmp(word[1], "simulation") == 0) {
            done(wst_simulation_close(simulation, &error));
            return 1;
        }
        named = find(word[1]);
        switch (named->kind) {
            case CONTEXT:
                done(wst_context_close((wst_context*)named->object, &error));
                break;
            case CORRELATION:
                done(wst_correlation_close((wst_correlation*)named->object, &error));
                break;
            case SOCKET:
                done(wst_socket_close((wst_socket*)named->object, &error));
                break;
            case PTP:
                done(wst_ptp_close((wst_ptp*)named->object, &error));
                break;
            default:
                wst_ptp_config_destroy((wst_ptp_config*)named->object);
                printf("ok\n");
                break;
        }
        forget(named);
    } else if (strcmp(command, "interfaces") == 0) {
        wst_interface all[16] = {WST_INTERFACE_INIT};
        uint32_t count = 0, i;
        if (!failed(wst_interface_list((wst_context*)object_of(word[1]), all, 16, &count, &error)))
            for (i = 0; i < count; ++i)
                print_interface(&all[i]);
    } else if (strcmp(command, "find") == 0) {
        wst_interface found = WST_INTERFACE_INIT;
        if (!failed(wst_interface_find((wst_context*)object_of(word[1]), word[2], &found, &error)))
            print_interface(&found);
    } else if (strcmp(command, "addresses") == 0) {
        wst_interface_address all[16];
        char text[WST_ADDRESS_TEXT_SIZE];
        uint32_t count = 0, i;
        wst_context* context = (wst_context*)object_of(word[1]);
        const uint64_t id = interface_id(context, word[2], &bad);
        if (bad || failed(wst_interface_addresses(context, id, all, 16, &count, &error)))
            return 1;
        for (i = 0; i < count; ++i)
            printf("%s/%" PRIu32 "\n", address_text(&all[i].address, text), all[i].prefix_length);
    } else if (strcmp(command, "supported") == 0 || strcmp(command, "active") == 0 ||
               strcmp(command, "support") == 0 || strcmp(command, "enable") == 0 ||
               strcmp(command, "disable") == 0) {
        wst_capabilities had = WST_CAPABILITIES_INIT;
        wst_ptp_support support = WST_PTP_SUPPORT_INIT;
        wst_enable_options options = WST_ENABLE_OPTIONS_INIT;
        wst_context* context = (wst_context*)object_of(word[1]);
        const uint64_t id = interface_id(context, word[2], &bad);
        if (bad)
            return 1;
        if (strcmp(command, "disable") == 0) {
            done(wst_capabilities_restore(context, id, &error));
        } else if (strcmp(command, "support") == 0) {
            if (!failed(wst_capabilities_supported(context, id, 0, &had, &error)) &&
                !failed(wst_capabilities_ptp_support(&had, &support, &error)))
                printf("%s %s %s\n", wst_ptp_support_name(support.ipv4), wst_ptp_support_name(support.ipv6),
                       wst_ptp_support_name(support.both));
        } else if (strcmp(command, "supported") == 0) {
            if (!failed(wst_capabilities_supported(context, id, 0, &had, &error)))
                print_capabilities(&had);
        } else if (strcmp(command, "active") == 0) {
            if (!failed(wst_capabilities_active(context, id, small(word[3]), &had, &error)))
                print_capabilities(&had);
        } else {
            options.receive = small(word[3]);
            options.transmit = small(word[4]);
            if (!failed(wst_capabilities_enable(context, id, &options, &had, &error)))
                print_capabilities(&had);
        }
    } else if (strcmp(command, "subscribe") == 0) {
        wst_subscribe_options options = WST_SUBSCRIBE_OPTIONS_INIT;
        wst_subscription id = 0;
        wst_context* context = (wst_context*)object_of(word[2]);
        options.events = (uint64_t)number(word[3]);
        options.object = or_null(word[4]) ? object_of(word[4]) : NULL;
        if (!failed(wst_subscribe(context, &options, NULL, NULL, NULL, &id, &error))) {
            keep(SUBSCRIPTION, word[1], NULL, id, context);
            printf("ok\n");
        }
    } else if (strcmp(command, "watch") == 0) {
        wst_watch_options options = WST_WATCH_OPTIONS_INIT;
        wst_subscription id = 0;
        wst_context* context = (wst_context*)object_of(word[2]);
        options.reasons = small(word[3]);
        if (!failed(wst_watch(context, &options, NULL, NULL, NULL, &id, &error))) {
            keep(SUBSCRIPTION, word[1], NULL, id, context);
            printf("ok\n");
        }
    } else if (strcmp(command, "unsubscribe") == 0) {
        Named* named = find(word[1]);
        done(wst_unsubscribe(named->within, named->id, &error));
        forget(named);
    } else if (strcmp(command, "events") == 0) {
        wst_event event;
        wst_status status;
        wst_context* context = (wst_context*)object_of(word[1]);
        for (;;) {
            event.struct_size = (uint32_t)sizeof event;
            status = wst_event_wait(context, 0, &event, &error);
            if (status != WST_OK)
                break;
            print_event(&event);
        }
        if (status != WST_E_TIMED_OUT)
            failed(status);
    } else {
        return 0;
    }
    return 1;
}

/* Clocks and correlation. */
static int clock_command(const char* command, char** word) {
    int bad;
    if (strcmp(command, "clock") == 0) {
        int64_t value = 0;
        wst_context* context = (wst_context*)object_of(word[1]);
        const uint64_t id = interface_id(context, word[3], &bad);
        if (!bad && !failed(wst_clock_read(context, small(word[2]), id, &value, &error)))
            printf("%" PRId64 "\n", value);
    } else if (strcmp(command, "cross") == 0) {
        wst_cross_timestamp cross = WST_CROSS_TIMESTAMP_INIT;
        wst_context* context = (wst_context*)object_of(word[1]);
        const uint64_t id = interface_id(context, word[2], &bad);
        if (!bad &&
            !failed(wst_cross_timestamp_get(context, id, small(word[3]), small(word[4]), &cross, &error)))
            printf("%s %" PRId64 " %" PRId64 " %" PRId64 " %s %s %" PRId32 " %" PRIu32 " %" PRId64 "\n",
                   wst_cross_method_name(cross.method), cross.system_before, cross.device, cross.system_after,
                   wst_clock_name(cross.system_clock), wst_clock_name(cross.device_clock), cross.device_index,
                   cross.samples, cross.uncertainty);
    } else if (strcmp(command, "correlate") == 0) {
        wst_correlation_options options = WST_CORRELATION_OPTIONS_INIT;
        wst_correlation* correlation = NULL;
        wst_context* context = (wst_context*)object_of(word[2]);
        options.interface_id = interface_id(context, word[3], &bad);
        options.stamp_clock = small(word[4]);
        if (!bad && !failed(wst_correlation_open(context, &options, &correlation, &error))) {
            keep(CORRELATION, word[1], correlation, 0, NULL);
            printf("ok\n");
        }
    } else if (strcmp(command, "wait") == 0) {
        done(wst_correlation_wait((wst_correlation*)object_of(word[1]), (int32_t)number(word[2]), &error));
    } else if (strcmp(command, "reset") == 0) {
        done(wst_correlation_restart((wst_correlation*)object_of(word[1]), &error));
    } else if (strcmp(command, "convert") == 0) {
        wst_correlation_time time = WST_CORRELATION_TIME_INIT;
        if (!failed(wst_correlation_convert((wst_correlation*)object_of(word[1]), small(word[2]),
                                            number(word[3]), &time, &error)))
            printf("%s %" PRId64 " %" PRId64 "\n", wst_clock_name(time.clock), time.value, time.bound);
    } else if (strcmp(command, "correlation") == 0) {
        wst_correlation_status status = WST_CORRELATION_STATUS_INIT;
        if (!failed(wst_correlation_status_get((wst_correlation*)object_of(word[1]), &status, &error)))
            printf("%s, %s, %" PRId64 " %" PRId64 " %" PRIu64 " %" PRIu64 " %" PRIu64 "\n",
                   wst_correlation_state_name(status.state), wst_correlation_reason_name(status.reason),
                   thousandths(status.rate), status.bound, status.samples, status.outliers, status.restarts);
    } else {
        return 0;
    }
    return 1;
}

/* Sockets. */
static int socket_command(const char* command, char** word) {
    wst_address address = {0, 0, 0, 0, {0}};
    char text[WST_ADDRESS_TEXT_SIZE];
    if (strcmp(command, "address") == 0) {
        if (!failed(wst_address_parse(rest, &address, &error)))
            printf("%s\n", address_text(&address, text));
    } else if (strcmp(command, "socket") == 0) {
        wst_socket_options options = WST_SOCKET_OPTIONS_INIT;
        wst_socket* opened = NULL;
        int bad;
        wst_context* context = (wst_context*)object_of(word[2]);
        options.interface_id = interface_id(context, word[3], &bad);
        options.stamps = small(word[5]);
        options.flags = small(word[6]);
        if (!bad && !failed(wst_address_parse(word[4], &options.local, &error)) &&
            !failed(wst_socket_open(context, &options, &opened, &error))) {
            keep(SOCKET, word[1], opened, 0, NULL);
            printf("ok\n");
        }
    } else if (strcmp(command, "local") == 0) {
        if (!failed(wst_socket_local_address((wst_socket*)object_of(word[1]), &address, &error)))
            printf("%s\n", address_text(&address, text));
    } else if (strcmp(command, "join") == 0) {
        if (!failed(wst_address_parse(word[2], &address, &error)))
            done(wst_socket_join((wst_socket*)object_of(word[1]), &address, &error));
    } else if (strcmp(command, "leave") == 0) {
        if (!failed(wst_address_parse(word[2], &address, &error)))
            done(wst_socket_leave((wst_socket*)object_of(word[1]), &address, &error));
    } else if (strcmp(command, "send") == 0) {
        wst_outgoing datagram = WST_OUTGOING_INIT;
        unsigned char bytes[256];
        unsigned value;
        while (sscanf(word[4] + 2 * datagram.size, "%2x", &value) == 1)
            bytes[datagram.size++] = (unsigned char)value;
        datagram.data = bytes;
        if (or_null(word[3])) {
            datagram.flags = WST_OUTGOING_STAMP;
            datagram.id = small(word[3]);
        }
        if (!failed(wst_address_parse(word[2], &datagram.destination, &error)))
            done(wst_socket_send((wst_socket*)object_of(word[1]), &datagram, &error));
    } else if (strcmp(command, "receive") == 0) {
        wst_datagram datagram;
        unsigned char bytes[2048];
        memset(&datagram, 0, sizeof datagram);
        datagram.struct_size = (uint32_t)sizeof datagram;
        datagram.data = bytes;
        datagram.capacity = small(word[2]);
        if (!failed(
                wst_socket_receive((wst_socket*)object_of(word[1]), &datagram, number(word[3]), &error))) {
            print_datagram(&datagram);
        }
    } else if (strcmp(command, "send_batch") == 0) {
        wst_outgoing batch[8];
        unsigned char bytes[256];
        char* payload = word[4];
        uint32_t count = 0, used = 0, sent = 0;
        memset(batch, 0, sizeof batch);
        if (failed(wst_address_parse(word[2], &address, &error)))
            return 1;
        while (count < 8 && *payload) {
            unsigned value;
            batch[count].struct_size = (uint32_t)sizeof batch[0];
            batch[count].data = bytes + used;
            batch[count].destination = address;
            if (or_null(word[3])) {
                batch[count].flags = WST_OUTGOING_STAMP;
                batch[count].id = small(word[3]) + count;
            }
            for (; sscanf(payload, "%2x", &value) == 1; payload += 2, ++batch[count].size)
                bytes[used++] = (unsigned char)value;
            ++count;
            payload += *payload == ',';
        }
        if (!failed(wst_socket_send_batch((wst_socket*)object_of(word[1]), batch, count, &sent, &error)))
            printf("%" PRIu32 "\n", sent);
    } else if (strcmp(command, "receive_batch") == 0) {
        wst_datagram batch[8];
        unsigned char bytes[8 * 64];
        const uint32_t count = small(word[2]), size = small(word[3]);
        uint32_t received = 0, i;
        wst_status status;
        memset(batch, 0, sizeof batch);
        for (i = 0; i < count; ++i) {
            batch[i].struct_size = (uint32_t)sizeof batch[0];
            batch[i].data = bytes + i * size;
            batch[i].capacity = size;
        }
        status = wst_socket_receive_batch((wst_socket*)object_of(word[1]), batch, count, number(word[4]),
                                          &received, &error);
        if (nothing_came(status))
            received = 0;
        else if (failed(status))
            return 1;
        printf("%" PRIu32 "\n", received);
        for (i = 0; i < received; ++i)
            print_datagram(&batch[i]);
    } else if (strcmp(command, "stamps") == 0) {
        wst_transmit_stamp all[8] = {WST_TRANSMIT_STAMP_INIT};
        uint32_t taken = 0, i;
        const wst_status status = wst_socket_transmit_stamps((wst_socket*)object_of(word[1]), all,
                                                             small(word[2]), number(word[3]), &taken, &error);
        if (nothing_came(status))
            taken = 0;
        else if (failed(status))
            return 1;
        printf("%" PRIu32 "\n", taken);
        for (i = 0; i < taken; ++i)
            print_transmit_stamp(&all[i]);
    } else if (strcmp(command, "stamp") == 0) {
        wst_transmit_stamp stamp = WST_TRANSMIT_STAMP_INIT;
        if (!failed(wst_socket_transmit_stamp((wst_socket*)object_of(word[1]), small(word[2]),
                                              number(word[3]), &stamp, &error)))
            print_transmit_stamp(&stamp);
    } else if (strcmp(command, "totals") == 0) {
        wst_socket_counters counters = WST_SOCKET_COUNTERS_INIT;
        if (!failed(wst_socket_counters_get((wst_socket*)object_of(word[1]), &counters, &error)))
            printf("%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64
                   " %" PRIu64 "\n",
                   counters.received, counters.sent, counters.receive_stamps_missing,
                   counters.transmit_stamps_asked, counters.transmit_stamps, counters.transmit_stamps_dropped,
                   counters.transmit_stamps_unknown, counters.transmit_stamps_timed_out);
    } else {
        return 0;
    }
    return 1;
}

/* PTP clocks. */
static int ptp_command(const char* command, char** word) {
    wst_ptp_time time = WST_PTP_TIME_INIT;
    if (strcmp(command, "config") == 0) {
        wst_ptp_config* config = NULL;
        if (!failed(wst_ptp_config_create(&config, &error))) {
            keep(CONFIG, word[1], config, 0, NULL);
            printf("ok\n");
        }
    } else if (strcmp(command, "set") == 0) {
        done(wst_ptp_config_set((wst_ptp_config*)object_of(word[1]), word[2], word[3], &error));
    } else if (strcmp(command, "port") == 0) {
        done(wst_ptp_config_add_port((wst_ptp_config*)object_of(word[1]), word[2], &error));
    } else if (strcmp(command, "set_port") == 0) {
        done(wst_ptp_config_set_port((wst_ptp_config*)object_of(word[1]), word[2], word[3], word[4], &error));
    } else if (strcmp(command, "read") == 0) {
        done(wst_ptp_config_read_text((wst_ptp_config*)object_of(word[1]), rest, "table", &error));
    } else if (strcmp(command, "get") == 0) {
        char text[256];
        if (!failed(wst_ptp_config_get((wst_ptp_config*)object_of(word[1]), or_null(word[3]), word[2], text,
                                       sizeof text, NULL, &error)))
            printf("%s\n", text);
    } else if (strcmp(command, "ptp") == 0) {
        wst_ptp* ptp = NULL;
        if (!failed(wst_ptp_open((wst_context*)object_of(word[2]), (wst_ptp_config*)object_of(word[3]), &ptp,
                                 &error))) {
            keep(PTP, word[1], ptp, 0, NULL);
            printf("ok\n");
        }
    } else if (strcmp(command, "start") == 0) {
        done(wst_ptp_start((wst_ptp*)object_of(word[1]), &error));
    } else if (strcmp(command, "stop") == 0) {
        done(wst_ptp_stop((wst_ptp*)object_of(word[1]), &error));
    } else if (strcmp(command, "change") == 0) {
        done(wst_ptp_set((wst_ptp*)object_of(word[1]), word[2], word[3], &error));
    } else if (strcmp(command, "status") == 0) {
        wst_ptp_status status = WST_PTP_STATUS_INIT;
        if (!failed(wst_ptp_status_get((wst_ptp*)object_of(word[1]), &status, &error))) {
            printf("%s %" PRIu32 " ", wst_ptp_clock_state_name(status.clock_state), status.valid);
            print_hex(status.clock_identity, 8);
            printf(" ");
            print_hex(status.grandmaster_identity, 8);
            printf(" ");
            print_hex(status.parent_identity, 8);
            printf(" %u %" PRId64 " %" PRId64 " %" PRId64 " %" PRIu64 "\n", (unsigned)status.steps_removed,
                   status.offset_from_master, status.mean_path_delay, status.bound, status.samples);
        }
    } else if (strcmp(command, "port_status") == 0) {
        wst_ptp_port_status status = WST_PTP_PORT_STATUS_INIT;
        if (!failed(wst_ptp_port_status_get((wst_ptp*)object_of(word[1]), small(word[2]), &status, &error)))
            printf("%u %s %s %d %u %" PRIu64 " %" PRIu64 " %s\n", (unsigned)status.port_number,
                   wst_ptp_state_name(status.state), status.interface_name, status.log_sync_interval,
                   (unsigned)status.delay_mechanism, status.sent[0], status.received[0],
                   wst_source_name(status.stamp_source));
    } else if (strcmp(command, "ptp_now") == 0) {
        if (!failed(wst_ptp_now((wst_ptp*)object_of(word[1]), &time, &error)))
            print_time(&time, 1);
    } else if (strcmp(command, "after") == 0 || strcmp(command, "before") == 0) {
        wst_ptp* ptp = (wst_ptp*)object_of(word[1]);
        uint32_t answer = WST_PTP_UNKNOWN;
        if (!failed(strcmp(command, "after") == 0 ? wst_ptp_after(ptp, number(word[2]), &answer, &error)
                                                  : wst_ptp_before(ptp, number(word[2]), &answer, &error)))
            printf("%s\n", answer == WST_PTP_YES ? "yes" : answer == WST_PTP_NO ? "no" : "unknown");
    } else if (strcmp(command, "agreement") == 0) {
        wst_ptp_agreement agreement = WST_PTP_AGREEMENT_INIT;
        if (!failed(wst_ptp_agreement_get((wst_ptp*)object_of(word[1]), &agreement, &error)))
            printf("%" PRIu32 " %" PRIu32 " %s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n",
                   agreement.clocks, agreement.agreeing, verdict_name(agreement.verdict), agreement.earliest,
                   agreement.latest, agreement.local_time, agreement.offset);
    } else if (strcmp(command, "option") == 0) {
        wst_ptp_option option = WST_PTP_OPTION_INIT;
        uint32_t i;
        for (i = 0; wst_ptp_option_at(i, &option, NULL) == WST_OK; ++i)
            if (strcmp(option.name, word[1]) == 0)
                printf("%s %" PRIu32 " %s, %s\n", option.name, option.scope, option.default_value,
                       option.allowed);
    } else if (strcmp(command, "ptp_convert") == 0) {
        if (!failed(wst_ptp_convert((wst_ptp*)object_of(word[1]), small(word[2]), number(word[3]), &time,
                                    &error)))
            print_time(&time, 0);
    } else {
        return 0;
    }
    return 1;
}

/* Cuts `line` into words; `rest` is what follows the command, or its object where it has one. */
static unsigned split(char* line, char** word, char* text, size_t size) {
    unsigned words = 0;
    size_t skipped = strcspn(line, " "), used = 0;
    const char* from;
    if (strncmp(line, "read ", 5) == 0)
        skipped += 1 + strcspn(line + skipped + 1, " ");
    for (from = line + skipped + (line[skipped] == ' '); *from && used + 1 < size; ++from) {
        if (from[0] == '\\' && from[1] == 'n') {
            text[used++] = '\n';
            ++from;
        } else {
            text[used++] = *from;
        }
    }
    text[used] = '\0';
    rest = text;
    while (words < MOST_WORDS && *line) {
        word[words++] = line;
        line += strcspn(line, " ");
        if (*line)
            *line++ = '\0';
    }
    return words;
}

int main(void) {
    char line[1024], text[1024];
    char* word[MOST_WORDS];
    while (fgets(line, sizeof line, stdin)) {
        unsigned words, i;
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '\0' || line[0] == '#')
            continue;
        printf("> %s\n", line);
        words = split(line, word, text, sizeof text);
        for (i = words; i < MOST_WORDS; ++i)
            word[i] = text + strlen(text);
        if (!network_command(word[0], word, words) && !context_command(word[0], word) &&
            !clock_command(word[0], word) && !socket_command(word[0], word) && !ptp_command(word[0], word)) {
            fprintf(stderr, "behaviour: unknown command %s\n", word[0]);
            return 2;
        }
        fflush(stdout);
    }
    return 0;
}
