// SPDX-License-Identifier: Apache-2.0 OR GPL-2.0
/*
 * ptplab - a PTP hardware clock made of arithmetic, for testing user space.
 *
 * Its time is an exact linear function of CLOCK_MONOTONIC_RAW, so the precise
 * cross timestamp (PTP_SYS_OFFSET_PRECISE), which no NIC emulated by QEMU has,
 * is free of error here. It also has what a full-blown clock has besides: two
 * external timestamp inputs fed by an ideal pulse, a periodic output, a pulse
 * per second, four pins, phase adjustment.
 *
 * Parameters, changeable at run time below /sys/module/ptplab/parameters:
 *   xts_error   errno that the cross timestamp fails with (0: none), e.g. 16
 *   read_us     busy time between the two system time readings of a sample
 *   pulse_ms    period of the pulse on the external timestamp inputs
 */
#include <linux/delay.h>
#include <linux/math64.h>
#include <linux/module.h>
#include <linux/ptp_clock_kernel.h>
#include <linux/timekeeping.h>
#include <linux/version.h>
#include <linux/workqueue.h>

static int xts_error;
module_param(xts_error, int, 0644);
static unsigned int read_us;
module_param(read_us, uint, 0644);
static unsigned int pulse_ms = 1000;
module_param(pulse_ms, uint, 0644);

enum { N_EXTTS = 2, N_PINS = 4, MAX_PPB = 100000000 };

static struct {
    struct ptp_clock_info info;
    struct ptp_clock* clock;
    struct ptp_pin_desc pins[N_PINS];
    struct delayed_work pulse;
    bool extts_on[N_EXTTS], pps_on;
    u64 next_edge;   /* of the pulse, in raw time */
    spinlock_t lock; /* for the three below */
    u64 raw0;        /* raw time when ... */
    s64 phc0;        /* ... the clock showed this */
    s64 ppt;         /* rate error, parts per 10^12 */
} lab;

/* The clock's reading at a given raw time; the lock is held. */
static s64 phc_at(u64 raw) {
    s64 d = raw - lab.raw0;
    s64 whole = div_s64(d, 1000000), rest = d - whole * 1000000;

    return lab.phc0 + d + div_s64(whole * lab.ppt, 1000000) + div64_s64(rest * lab.ppt, 1000000000000LL);
}

static s64 phc_read(u64 raw) {
    unsigned long flags;
    s64 ns;

    spin_lock_irqsave(&lab.lock, flags);
    ns = phc_at(raw);
    spin_unlock_irqrestore(&lab.lock, flags);
    return ns;
}

/* Let the clock show phc(now) + step from now on, at the given rate. */
static void phc_change(s64 step, const s64* set, const s64* ppt) {
    unsigned long flags;
    u64 raw = ktime_get_raw_ns();

    spin_lock_irqsave(&lab.lock, flags);
    lab.phc0 = (set ? *set : phc_at(raw)) + step;
    lab.raw0 = raw;
    if (ppt)
        lab.ppt = *ppt;
    spin_unlock_irqrestore(&lab.lock, flags);
}

static int lab_adjfine(struct ptp_clock_info* info, long scaled_ppm) {
    /* scaled_ppm is in units of 2^-16 ppm, that is 10^6 / 2^16 ppt */
    s64 ppt = div_s64((s64)scaled_ppm * 1000000, 65536);

    phc_change(0, NULL, &ppt);
    return 0;
}

static int lab_adjtime(struct ptp_clock_info* info, s64 delta) {
    phc_change(delta, NULL, NULL);
    return 0;
}

static int lab_adjphase(struct ptp_clock_info* info, s32 phase) {
    phc_change(-phase, NULL, NULL);
    return 0;
}

static int lab_settime64(struct ptp_clock_info* info, const struct timespec64* ts) {
    s64 ns = timespec64_to_ns(ts);

    phc_change(0, &ns, NULL);
    return 0;
}

static int lab_gettimex64(struct ptp_clock_info* info, struct timespec64* ts,
                          struct ptp_system_timestamp* sts) {
    u64 raw;

    ptp_read_system_prets(sts);
    if (read_us)
        udelay(read_us / 2);
    raw = ktime_get_raw_ns();
    if (read_us)
        udelay(read_us - read_us / 2);
    ptp_read_system_postts(sts);
    *ts = ns_to_timespec64(phc_read(raw));
    return 0;
}

static int lab_getcrosststamp(struct ptp_clock_info* info, struct system_device_crosststamp* x) {
    struct system_time_snapshot now;

    if (xts_error)
        return -xts_error;
    ktime_get_snapshot(&now);
    x->sys_realtime = now.real;
    x->sys_monoraw = now.raw;
    x->device = ns_to_ktime(phc_read(ktime_to_ns(now.raw)));
    return 0;
}

/* The pulse: its edges lie on whole multiples of the period in raw time. */
static void lab_pulse(struct work_struct* work) {
    u64 period = max(pulse_ms, 1u) * (u64)NSEC_PER_MSEC;
    u64 raw = ktime_get_raw_ns();
    int i;

    if (lab.next_edge && raw >= lab.next_edge) {
        for (i = 0; i < N_EXTTS; i++) {
            struct ptp_clock_event e = {
                .type = PTP_CLOCK_EXTTS,
                .index = i,
                .timestamp = phc_read(lab.next_edge),
            };

            if (lab.extts_on[i])
                ptp_clock_event(lab.clock, &e);
        }
        if (lab.pps_on) {
            struct ptp_clock_event e = {.type = PTP_CLOCK_PPS};

            ptp_clock_event(lab.clock, &e);
        }
    }
    lab.next_edge = (div64_u64(raw, period) + 1) * period;
    schedule_delayed_work(&lab.pulse, nsecs_to_jiffies(lab.next_edge - raw) + 1);
}

static int lab_enable(struct ptp_clock_info* info, struct ptp_clock_request* rq, int on) {
    switch (rq->type) {
        case PTP_CLK_REQ_EXTTS:
            if (rq->extts.index >= N_EXTTS)
                return -EINVAL;
            lab.extts_on[rq->extts.index] = on;
            return 0;
        case PTP_CLK_REQ_PPS:
            lab.pps_on = on;
            return 0;
        case PTP_CLK_REQ_PEROUT:
            return rq->perout.index ? -EINVAL : 0;
        default:
            return -EOPNOTSUPP;
    }
}

static int lab_verify(struct ptp_clock_info* info, unsigned int pin, enum ptp_pin_function func,
                      unsigned int chan) {
    return func == PTP_PF_PHYSYNC ? -EOPNOTSUPP : 0;
}

#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
static s32 lab_getmaxphase(struct ptp_clock_info* info) {
    return 1000000;
}
#endif

static int __init lab_init(void) {
    int i;

    spin_lock_init(&lab.lock);
    lab.raw0 = ktime_get_raw_ns();
    lab.phc0 = ktime_get_real_ns();
    for (i = 0; i < N_PINS; i++) {
        snprintf(lab.pins[i].name, sizeof(lab.pins[i].name), "LAB%d", i);
        lab.pins[i].index = i;
    }
    lab.info = (struct ptp_clock_info) {
        .owner = THIS_MODULE, .name = "ptplab", .max_adj = MAX_PPB, .n_ext_ts = N_EXTTS, .n_per_out = 1,
        .n_pins = N_PINS, .pps = 1, .pin_config = lab.pins, .adjfine = lab_adjfine, .adjphase = lab_adjphase,
        .adjtime = lab_adjtime, .gettimex64 = lab_gettimex64, .settime64 = lab_settime64,
        .getcrosststamp = lab_getcrosststamp, .enable = lab_enable, .verify = lab_verify,
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 6, 0)
        .getmaxphase = lab_getmaxphase,
#endif
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 15, 0)
        .supported_extts_flags = PTP_RISING_EDGE | PTP_FALLING_EDGE | PTP_STRICT_FLAGS,
#endif
    };
    lab.clock = ptp_clock_register(&lab.info, NULL);
    if (IS_ERR_OR_NULL(lab.clock))
        return lab.clock ? PTR_ERR(lab.clock) : -ENODEV;
    INIT_DELAYED_WORK(&lab.pulse, lab_pulse);
    schedule_delayed_work(&lab.pulse, 1);
    return 0;
}

static void __exit lab_exit(void) {
    cancel_delayed_work_sync(&lab.pulse);
    ptp_clock_unregister(lab.clock);
}

module_init(lab_init);
module_exit(lab_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("PTP clock for tests");
