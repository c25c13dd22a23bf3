// SPDX-License-Identifier: Apache-2.0
//
// The one interface description for C#, Java and Go. SWIG reads the C headers themselves, so that a function added there is in
// every language at the next build. One rule keeps what it generates thin and alike everywhere: a pointer, whatever it points
// to, is an address; a number is a number of its own width; `const char *` is text. Structures and constants are not wrapped,
// since a call for each field would cost more than the call that fills them all: each language lays its own view over the same
// bytes. What a programmer sees is the hand-made layer above, never this.
//
// Why not wirestamp.hpp, whose classes SWIG could wrap: it would make a proxy object with a finalizer of every structure that a
// call brings, and a call of every field that is read (a cross-timestamp cost ten times the call by hand in C#, and garbage each
// time); an exception that leaves C++ into Go leaks what it held, 90 MB in 300,000 errors; a director in C# or Go ends the process
// when its listener throws or is collected; and the glue would need the C++ run time of whoever builds it, in Go of every
// `go build`. What the classes are there for, ownership and closing in any order, each language needs in its own manner anyway.
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
