// SPDX-License-Identifier: Apache-2.0
//
// How C's types look in Go. An address is an unsafe.Pointer, so that the collector keeps what it points to while the call lasts.

%define WST_AS(C, GO)
%typemap(gotype) C "GO"
%enddef

typedef int int32_t;
typedef unsigned int uint32_t;
typedef long long int64_t;
typedef unsigned long long uint64_t;
typedef long long intptr_t;
WST_AS(SWIGTYPE *, unsafe.Pointer)
WST_AS(char *buffer, unsafe.Pointer)
%typemap(in) char *buffer %{ $1 = ($1_ltype)$input; %}
%typemap(freearg) char *buffer ""
%typemap(argout) char *buffer ""
WST_AS(int32_t, int32)
WST_AS(uint32_t, uint32)
