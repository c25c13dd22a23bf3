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
WST_AS(wst_event_fn, unsafe.Pointer)
WST_AS(wst_release_fn, unsafe.Pointer)
%insert(cgo_comment_typedefs) %{
#include <wirestamp/wirestamp.h>
%}
WST_AS(char *buffer, unsafe.Pointer)
%typemap(in) char *buffer %{ $1 = ($1_ltype)$input; %}
%typemap(freearg) char *buffer ""
%typemap(argout) char *buffer ""
WST_AS(int32_t, int32)
WST_AS(uint32_t, uint32)

// Go has no text that is not there: empty stands for it where C takes NULL.
%typemap(in) const char *interface_name %{
  if ($input.n > 0) {
    $1 = (char *)malloc($input.n + 1);
    memcpy($1, $input.p, $input.n);
    $1[$input.n] = '\0';
  }
%}

%{
#include <stdlib.h>
#include <string.h>
%}

// Memory of Go that holds an address of other memory of Go may not be passed to C; so the two are passed side by side.
%inline %{
static wst_status receive_into(wst_socket *socket, wst_datagram *datagram, void *data, int64_t timeout_ns, wst_error *error) {
  wst_datagram joined = *datagram;
  joined.data = data;
  wst_status status = wst_socket_receive(socket, &joined, timeout_ns, error);
  joined.data = NULL;
  *datagram = joined;
  return status;
}
static wst_status send_from(wst_socket *socket, const wst_outgoing *datagram, void *data, wst_error *error) {
  wst_outgoing joined = *datagram;
  joined.data = data;
  return wst_socket_send(socket, &joined, error);
}

/* Payloads of a batch lie one behind the other: `stride` apart to receive into, as long as each is to send from. */
static wst_status receive_batch_into(wst_socket *socket, wst_datagram *batch, uint32_t count, void *data, uint32_t stride,
                                     int64_t timeout_ns, uint32_t *received, wst_error *error) {
  wst_datagram *joined = (wst_datagram *)malloc(count * sizeof *joined);
  wst_status status;
  uint32_t i;
  if (joined == NULL)
    return WST_E_OUT_OF_MEMORY;
  for (i = 0; i < count; ++i) {
    joined[i].struct_size = (uint32_t)sizeof *joined;
    joined[i].capacity = stride;
    joined[i].data = (char *)data + (size_t)i * stride;
  }
  status = wst_socket_receive_batch(socket, joined, count, timeout_ns, received, error);
  for (i = 0; status == WST_OK && i < *received; ++i) {
    joined[i].data = NULL;
    batch[i] = joined[i];
  }
  free(joined);
  return status;
}
static wst_status send_batch_from(wst_socket *socket, const wst_outgoing *batch, uint32_t count, void *data, uint32_t *sent,
                                  wst_error *error) {
  wst_outgoing *joined = (wst_outgoing *)malloc(count * sizeof *joined);
  const char *next = (const char *)data;
  wst_status status;
  uint32_t i;
  if (joined == NULL)
    return WST_E_OUT_OF_MEMORY;
  for (i = 0; i < count; next += batch[i++].size) {
    joined[i] = batch[i];
    joined[i].data = next;
  }
  status = wst_socket_send_batch(socket, joined, count, sent, error);
  free(joined);
  return status;
}
%}
