// SPDX-License-Identifier: Apache-2.0
//
// How C's types look in C#: addresses are IntPtr and numbers are what they are in C, so that no call converts anything or can
// throw. Text is an address too: the layer above makes UTF-8 of it, where SWIG's own default would be the code page on Windows,
// which adapter names do not survive.

%define WST_AS(C, CS, CTYPE)
%typemap(ctype) C "CTYPE"
%typemap(imtype) C "CS"
%typemap(cstype) C "CS"
%typemap(in) C %{ $1 = ($1_ltype)$input; %}
%typemap(out) C %{ $result = (CTYPE)$1; %}
%typemap(csin) C "$csinput"
%typemap(csout, excode="") C { return $imcall; }
%typemap(freearg) C ""
%enddef

typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
typedef long long intptr_t;
WST_AS(SWIGTYPE *, global::System.IntPtr, void *)
WST_AS(char *, global::System.IntPtr, void *)
WST_AS(SWIGTYPE (*)(ANY), global::System.IntPtr, void *)
WST_AS(wst_event_fn, global::System.IntPtr, void *)
WST_AS(wst_release_fn, global::System.IntPtr, void *)

// Nothing that SWIG would register at the first call is of use here.
%begin %{
#define SWIG_CSHARP_NO_EXCEPTION_HELPER
#define SWIG_CSHARP_NO_STRING_HELPER
#define SWIG_CSHARP_NO_IMCLASS_STATIC_CONSTRUCTOR
%}

%pragma(csharp) moduleclassmodifiers="internal static class"
%pragma(csharp) imclassclassmodifiers="internal static class"
