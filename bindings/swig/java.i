// SPDX-License-Identifier: Apache-2.0
//
// How C's types look in Java: addresses and 64-bit numbers are `long`, 32-bit numbers `int`, with their bits as they are; what
// is unsigned is told by the layer above.

%define WST_AS(C, JAVA, JNI)
%typemap(jni) C "JNI"
%typemap(jtype) C "JAVA"
%typemap(jstype) C "JAVA"
%typemap(in) C %{ $1 = ($1_ltype)$input; %}
%typemap(out) C %{ $result = (JNI)$1; %}
%typemap(javain) C "$javainput"
%typemap(javaout) C { return $jnicall; }
%enddef

typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
typedef long long intptr_t;
WST_AS(uint32_t, int, jint)
WST_AS(uint64_t, long, jlong)

%define WST_ADDRESS(C)
%typemap(jni) C "jlong"
%typemap(jtype) C "long"
%typemap(jstype) C "long"
%typemap(in) C %{ $1 = ($1_ltype)(intptr_t)$input; %}
%typemap(out) C %{ $result = (jlong)(intptr_t)$1; %}
%typemap(javain) C "$javainput"
%typemap(javaout) C { return $jnicall; }
%enddef
WST_ADDRESS(SWIGTYPE *)
WST_ADDRESS(char *buffer)
%typemap(freearg) char *buffer ""
%typemap(argout) char *buffer ""
WST_ADDRESS(SWIGTYPE (*)(ANY))
WST_ADDRESS(wst_event_fn)
WST_ADDRESS(wst_release_fn)

// Text is UTF-8 on one side and UTF-16 on the other.
%{
#include "bindings/swig/java_text.hpp"
%}
%typemap(in) const char * (wirestamp::swig::JavaText text) %{
  text = wirestamp::swig::JavaText(jenv, $input);
  $1 = ($1_ltype)text.c_str();
%}
%typemap(freearg) const char * ""
%typemap(argout) const char * ""
%typemap(out) const char * %{ $result = wirestamp::swig::to_java(jenv, $1); %}
%typemap(directorin, descriptor="Ljava/lang/String;") const char * %{
  $input = wirestamp::swig::to_java(jenv, $1);
  Swig::LocalRefGuard $1_refguard(jenv, $input);
%}

// Buffers that Java shares with C are direct; their address is asked for once.
%typemap(in, numinputs=0) JNIEnv *jenv %{ $1 = jenv; %}
%typemap(jni) jobject buffer "jobject"
%typemap(jtype) jobject buffer "java.nio.ByteBuffer"
%typemap(jstype) jobject buffer "java.nio.ByteBuffer"
%typemap(javain) jobject buffer "$javainput"
%typemap(in) jobject buffer %{ $1 = $input; %}
%inline %{
static void *buffer_address(JNIEnv *jenv, jobject buffer) { return jenv->GetDirectBufferAddress(buffer); }
static const char *text_at(void *address) { return static_cast<const char *>(address); }
%}

// A thread of the library that has once called into Java stays attached, as a daemon, until it ends.
%begin %{
#if !defined(_WIN32)
#define SWIG_JAVA_DETACH_ON_THREAD_END
#endif
#define SWIG_JAVA_ATTACH_CURRENT_THREAD_AS_DAEMON
%}

// All of it is the package's own business, and nothing waits for a finalizer.
%pragma(java) moduleclassmodifiers="final class"
%pragma(java) jniclassclassmodifiers="final class"
%pragma(java) jniclasscode=%{
  static {
    Library.load();
  }
%}
%typemap(javaclassmodifiers) SWIGTYPE "class"
%typemap(javafinalize) SWIGTYPE ""
