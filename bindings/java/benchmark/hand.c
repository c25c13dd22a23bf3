/* SPDX-License-Identifier: Apache-2.0
 *
 * What the binding is measured against: the same C functions through JNI written by hand for nothing else,
 * with no guard against a closed context and no message of an error. */
#include <jni.h>
#include <wirestamp/wirestamp.h>

static JavaVM* machine;
static jclass receiver;
static jmethodID method;

JNIEXPORT jlong JNICALL Java_org_wirestamp_Benchmark_handRead(JNIEnv* env, jclass self, jlong context,
                                                              jint clock) {
    int64_t value = 0;
    (void)self;
    if (wst_clock_read((wst_context*)(intptr_t)context, (uint32_t)clock, 0, &value, NULL) != WST_OK)
        (*env)->ThrowNew(env, (*env)->FindClass(env, "java/lang/IllegalStateException"), "clock");
    return value;
}

JNIEXPORT void JNICALL Java_org_wirestamp_Benchmark_handCross(JNIEnv* env, jclass self, jlong context,
                                                              jlong id, jint clock, jint samples,
                                                              jlongArray out) {
    wst_cross_timestamp cross = WST_CROSS_TIMESTAMP_INIT;
    jlong values[10];
    (void)self;
    if (wst_cross_timestamp_get((wst_context*)(intptr_t)context, (uint64_t)id, (uint32_t)clock,
                                (uint32_t)samples, &cross, NULL) != WST_OK)
        (*env)->ThrowNew(env, (*env)->FindClass(env, "java/lang/IllegalStateException"), "cross-timestamp");
    values[0] = (jlong)cross.interface_id, values[1] = cross.method, values[2] = cross.system_before,
    values[3] = cross.device;
    values[4] = cross.system_after, values[5] = cross.system_clock, values[6] = cross.device_clock;
    values[7] = cross.device_index, values[8] = cross.samples, values[9] = cross.uncertainty;
    (*env)->SetLongArrayRegion(env, out, 0, 10, values);
}

JNIEXPORT void JNICALL Java_org_wirestamp_Benchmark_handNow(JNIEnv* env, jclass self, jlong ptp,
                                                            jlongArray out) {
    wst_ptp_time now = WST_PTP_TIME_INIT;
    jlong values[8];
    (void)self;
    if (wst_ptp_now((wst_ptp*)(intptr_t)ptp, &now, NULL) != WST_OK)
        (*env)->ThrowNew(env, (*env)->FindClass(env, "java/lang/IllegalStateException"), "now");
    values[0] = now.clock_state, values[1] = now.ptp_time, values[2] = now.earliest, values[3] = now.latest;
    values[4] = now.local_time, values[5] = now.local_clock, values[6] = now.current_utc_offset,
    values[7] = now.time_flags;
    (*env)->SetLongArrayRegion(env, out, 0, 8, values);
}

static uint64_t counted;
static void WST_CALL count(void* user, const wst_event* event) {
    (void)user, (void)event, ++counted;
}
static void WST_CALL deliver(void* user, const wst_event* event) {
    const wst_event_ptp_offset* offset = &event->payload.ptp_offset;
    JNIEnv* env = NULL;
    (void)user;
    if ((*machine)->GetEnv(machine, (void**)&env, JNI_VERSION_1_8) != JNI_OK)
        (*machine)->AttachCurrentThreadAsDaemon(machine, (void**)&env, NULL);
    (*env)->CallStaticVoidMethod(env, receiver, method, (jlong)event->sequence,
                                 (jlong)offset->offset_from_master, (jlong)offset->mean_path_delay,
                                 (jlong)offset->bound, (jlong)offset->ptp_time, (jdouble)offset->frequency);
    if ((*env)->ExceptionCheck(env))
        (*env)->ExceptionDescribe(env);
}

/* 0: counted in C alone, the work without any Java. */
JNIEXPORT jlong JNICALL Java_org_wirestamp_Benchmark_handSubscribe(JNIEnv* env, jclass self, jlong context,
                                                                   jlong mask, jboolean to_java) {
    wst_subscribe_options options = WST_SUBSCRIBE_OPTIONS_INIT;
    wst_subscription id = 0;
    options.events = (uint64_t)mask;
    (*env)->GetJavaVM(env, &machine);
    receiver = (*env)->NewGlobalRef(env, self);
    method = (*env)->GetStaticMethodID(env, self, "handEvent", "(JJJJJD)V");
    wst_subscribe((wst_context*)(intptr_t)context, &options, to_java ? deliver : count, NULL, NULL, &id,
                  NULL);
    return (jlong)id;
}
