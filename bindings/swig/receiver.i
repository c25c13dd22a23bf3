// SPDX-License-Identifier: Apache-2.0
//
// Callbacks, for languages that take them. Go does not: a callback into Go costs more than taking events from the queue.
%{
#include "bindings/swig/receiver.hpp"
%}

%feature("director") wirestamp::swig::EventReceiver;
%feature("director") wirestamp::swig::LogReceiver;

namespace wirestamp::swig {

%rename("%s") EventReceiver;
class EventReceiver {
public:
    explicit EventReceiver(void *buffer);
    virtual ~EventReceiver();
    virtual void take() = 0;
    static void *event_function();
    static void *release_function();
};

%rename("%s") LogReceiver;
class LogReceiver {
public:
    LogReceiver();
    virtual ~LogReceiver();
    virtual void line(int32_t level, const char *text) = 0;
    static void *log_function();
};

}
