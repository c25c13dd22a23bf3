// SPDX-License-Identifier: Apache-2.0
//
// The one interface description for C#, Java and Go. SWIG reads the C headers themselves, so that a function added there is in
// every language at the next build. One rule keeps what it generates thin and alike everywhere: a pointer, whatever it points
// to, is an address; a number is a number of its own width; `const char *` is text. Structures and constants are not wrapped,
// since a call for each field would cost more than the call that fills them all: each language lays its own view over the same
// bytes. What a programmer sees is the hand-made layer above, never this.
//
// Names of functions stay those of C, so that one search finds a call in every language.
#if defined(SWIGGO)
%module wirestamp
#else
%module(directors="1", jniclassname="Native") wirestamp
#endif

%{
#include "wirestamp/wirestamp.h"
%}

#if defined(SWIGGO)
%include "go.i"
#elif defined(SWIGJAVA)
%include "java.i"
#elif defined(SWIGCSHARP)
%include "csharp.i"
#endif


// Parameters named by a keyword of one language are harmless: only their order matters.
#pragma SWIG nowarn=314

%rename("$ignore", %$isclass) "";
%rename("$ignore", %$isconstant) "";

%include "wirestamp/base.h"
%include "wirestamp/context.h"
%include "wirestamp/interface.h"
%include "wirestamp/capabilities.h"
%include "wirestamp/clock.h"
%include "wirestamp/socket.h"
%include "wirestamp/ptp.h"
%include "wirestamp/simulation.h"

#if defined(SWIGJAVA)
%include "receiver.i"
#endif
