/*
 * message_internal: pieces of maps that requests and answers share.
 */
#ifndef VV_TRANSPORT_PROTOCOL_MESSAGE_INTERNAL_H
#define VV_TRANSPORT_PROTOCOL_MESSAGE_INTERNAL_H

#include <stdbool.h>

#include "base/buf.h"
#include "repo/blocks/cbor.h"
#include "transport/protocol/message.h"

/* Sends the map as a frame, and clears b. */
vv_status message_send(vv_channel *line, vv_buf *b, vv_error *err);

/* A key and its value. Texts are byte strings. */
void message_put_text(vv_buf *b, const char *key, const char *text);
void message_put_oids(vv_buf *b, const char *key, const vv_oids *l);
void message_put_cids(vv_buf *b, const char *key, const vv_cids *l);

/* What a side can beyond version 1 ("can": a list of texts, of which unknown ones are no harm). */
void message_put_can(vv_buf *b, const char *first, const char *second_or_null);
vv_status message_get_can(vv_cbor *c, bool *whole, bool *ahead, vv_error *err);

/* The values alone, into the arena. */
vv_status message_get_text(vv_cbor *c, vv_arena *arena, const char **out, vv_error *err);
vv_status message_get_oids(vv_cbor *c, vv_arena *arena, vv_oids *out, vv_error *err);
vv_status message_get_cids(vv_cbor *c, vv_arena *arena, vv_cids *out, bool null_ok, vv_error *err);
vv_status message_get_oid(vv_cbor *c, vv_oid *out, vv_error *err);

#endif
