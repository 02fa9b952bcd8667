/*
 * ask: opens connections to several sources in parallel, so that a source that does not answer
 * costs at most two seconds, and one that does not complete its answer ten seconds more than the
 * first source that does.
 *
 * A source is a peer or a holder of sealed copies. It must send its first byte within
 * VV_ASK_FIRST_SEC seconds, or within the time of --timeout. A source that did not do so is skipped
 * for VV_SPEED_FAILED_SEC seconds. It is not skipped if the user names it or sets a timeout.
 *
 * A correct caller: zero a vv_ask for each source; set url, open, payload and named; call
 * vv_ask_prepare; call vv_ask_all, or call vv_ask_one in a thread of its own; read the result from
 * status; vv_ask_clear. The function open makes a connection, which the caller owns. The caller
 * closes this connection before vv_ask_clear, because it uses the member connect.
 */
#ifndef VV_TRANSPORT_PROTOCOL_ASK_H
#define VV_TRANSPORT_PROTOCOL_ASK_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"
#include "transport/line/options.h"
#include "transport/protocol/speeds.h"

#define VV_ASK_FIRST_SEC 2u

/* Opens a connection to the source with the options o, which are valid until vv_ask_clear, and
 * stores it where payload points. May run in a thread of its own. */
typedef vv_status (*vv_ask_open_fn)(void *payload, const vv_connect_options *o, vv_error *err);

/* A request to open one source: its arguments, and then its results. */
typedef struct vv_ask {
	const char *url; /* URL of the source; borrowed */
	/* the user named the source: it is used even if it recently did not answer */
	bool named;
	vv_ask_open_fn open;
	void *payload;
	/* Set by vv_ask_prepare: */
	/* options for open; connect.repo is the member repo below, because each thread needs a
	 * handle of its own */
	vv_connect_options connect;
	vv_repository *repo;
	atomic_bool stopped; /* set to true to cancel the request */
	atomic_bool ended;   /* the request has ended */
	/* Set after the request: */
	vv_status status;
	vv_error why; /* the error; valid if status is negative */
	bool silent;  /* the source did not answer in time */
} vv_ask;

/* Sets a->repo and a->connect. o: the command's options; o->idle_sec is the user's time limit, or
 * 0. */
vv_status vv_ask_prepare(vv_ask *a, const vv_connect_options *o, vv_error *err);
/* Frees what vv_ask_prepare made. Accepts a zeroed vv_ask. */
void vv_ask_clear(vv_ask *a);
VV_AUTO_CLEAR(vv_ask, vv_ask_clear)

/* Returns true if the source may be used, according to its record `known` (speeds.h). Returns false
 * if the source recently did not answer; then sets a->status and a->why. */
bool vv_ask_may(vv_ask *a, const vv_speed *known);
/* Runs the request a. Returns a->status. */
vv_status vv_ask_one(vv_ask *a);
/* Runs the count requests in parallel, except those that vv_ask_may refuses. Returns when all
 * requests have ended. Records in the repository r which sources did not answer (speeds.h). If r is
 * NULL, allows all requests and records nothing. Fails only if memory runs out. */
vv_status vv_ask_all(vv_ask *const *asks, size_t count, vv_repository *r, vv_error *err);

#endif
