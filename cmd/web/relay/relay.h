/*
 * relay: a server that two machines can reach, when neither can reach the other. It joins a visitor's
 * connection with that of a waiting laptop, and forwards bytes that it cannot read
 * (base/keys/sealed_stream.h). docs/operate/relay.md has the messages.
 *
 * One thread serves all connections. The relay writes nothing to a disk and to no log which machines meet;
 * it answers no question about keys but whether one machine can be reached now. Limits hold for each
 * client's address, as in transport/http/address.h.
 *
 * A laptop waits with one idle connection, which becomes the visitor's stream; the laptop then makes
 * the next one. A waiting connection uses some hundred bytes of memory.
 */
#ifndef VV_CMD_WEB_RELAY_RELAY_H
#define VV_CMD_WEB_RELAY_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "base/text.h"

/* The protocol in the field Upgrade. */
#define VV_RELAY_PROTOCOL "varve-relay-1"
#define VV_RELAY_WAIT "/relay/wait" /* path for a laptop */
#define VV_RELAY_VISIT                                                                             \
	"/relay/to/" /* path for a visitor, followed by the laptop's key, "z6Mk..." */
#define VV_RELAY_PURPOSE "varve relay wait 1" /* the purpose of a laptop's signature */
#define VV_RELAY_CHALLENGE 32u
#define VV_RELAY_HOST_MAX 255u
/* Messages of one byte while a laptop waits: a sign of life, and its answer; a visitor is there, and
 * the laptop's answer; the proof is accepted, or is not, followed by a line with the reason. */
#define VV_RELAY_ALIVE '.'
#define VV_RELAY_CALL '!'
#define VV_RELAY_ACCEPTED '+'
#define VV_RELAY_NOT_ACCEPTED '-'

/* The options. A zeroed member has its default. */
typedef struct vv_relay_options {
	const char *address;  /* as in vv_http_options */
	uint64_t connections; /* most connections at once; 0: 4096 */
	uint64_t per_address; /* most connections of one client; 0: 64 */
	uint64_t keys;        /* most keys that wait from one client's address; 0: 16 */
	uint64_t hour_bytes;  /* most bytes of one client's streams in an hour; 0: 16 GiB */
	uint64_t stream_sec;  /* longest stream; 0: 6 hours */
	unsigned first_sec;   /* time for a request and a proof; 0: 20 */
	unsigned call_sec;    /* time for a laptop to answer a call; 0: 5 */
	unsigned visit_sec;   /* time that a visitor waits for a laptop; 0: 3 */
	/* a stream without a byte, and a laptop without a sign of life, end after this time; 0: 900 */
	unsigned idle_sec;
	vv_strings hosts;   /* names of this relay; empty: any */
	vv_strings proxies; /* as in vv_http_options */
	int stop;           /* the relay ends when this descriptor can be read */
	/* called once, with the URL, when the relay listens; may be NULL */
	void (*started)(void *payload, const char *url);
	void *payload;
} vv_relay_options;

/* Runs the relay until o->stop can be read. VV_EUSAGE: an option is invalid. Other failures are those
 * of http_listen (transport/server/listen.h). */
vv_status vv_relay_run(const vv_relay_options *o, vv_error *err);

#endif
