// SPDX-License-Identifier: Apache-2.0
//
// How C's types look in C#: addresses are IntPtr, numbers are what they are in C, text is UTF-8 on every system (SWIG's own
// default on Windows is the code page, which adapter names do not survive).

%define WST_AS(C, CS, CTYPE)
%typemap(ctype) C "CTYPE"
%typemap(imtype) C "CS"
%typemap(cstype) C "CS"
%typemap(in) C %{ $1 = ($1_ltype)$input; %}
%typemap(out) C %{ $result = (CTYPE)$1; %}
%typemap(csin) C "$csinput"
%typemap(csout, excode=SWIGEXCODE) C { return $imcall; }
%enddef

typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
typedef long long intptr_t;
WST_AS(SWIGTYPE *, global::System.IntPtr, void *)
WST_AS(char *buffer, global::System.IntPtr, void *)
%typemap(freearg) char *buffer ""
WST_AS(SWIGTYPE (*)(ANY), global::System.IntPtr, void *)
WST_AS(wst_event_fn, global::System.IntPtr, void *)
WST_AS(wst_release_fn, global::System.IntPtr, void *)

%pragma(csharp) moduleclassmodifiers="internal static class"
%pragma(csharp) imclassclassmodifiers="internal static class"
%typemap(csclassmodifiers) SWIGTYPE "internal class"
