/*
 * ask: several sources asked side by side, so that a machine that sleeps costs at most two seconds.
 *
 * A source (a peer, a holder) has VV_ASK_FIRST_SEC for its first byte, or the time of --timeout. One that
 * gave none is not asked again for VV_SPEED_FAILED_SEC, unless the user names it or sets a timeout.
 *
 * A correct caller: for each source set url, open, payload and named, and vv_ask_prepare; vv_ask_all, or vv_ask_one
 * in a thread of its own; then status is the result. What open made is the caller's; it is closed
 * before vv_ask_clear, since it uses connect for as long as it lives.
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

/* Opens a line to the source with these options, which last as long as the ask; in a thread of its own. */
typedef vv_status (*vv_ask_open_fn)(void *payload, const vv_connect_options *o, vv_error *err);

typedef struct vv_ask {
	const char *url; /* of the source; borrowed */
	bool named;      /* the user named it now: it is asked although it was silent lately */
	vv_ask_open_fn open;
	void *payload;
	/* Set by vv_ask_prepare: */
	vv_connect_options connect; /* with a repository of its own, since several threads use it */
	vv_repository *repo;
	atomic_bool stopped; /* set by whoever does not want the answer any longer */
	/* Set when it was asked: */
	vv_status status;
	vv_error why; /* where status is a failure */
	bool silent;  /* it gave no answer in time */
} vv_ask;

/* o: as the command has them; idle_sec: what the user said, else 0. */
vv_status vv_ask_prepare(vv_ask *a, const vv_connect_options *o, vv_error *err);
/* Accepts one that was not prepared. */
void vv_ask_clear(vv_ask *a);
VV_AUTO_CLEAR(vv_ask, vv_ask_clear)

/* May it be asked, by what is known of it? Else status and why say that it was silent lately. */
bool vv_ask_may(vv_ask *a, const vv_speed *known);
/* Asks the one. Returns status. */
vv_status vv_ask_one(vv_ask *a);
/* Asks all that may be asked side by side, and remembers in the repository who was silent; returns when each has
 * answered or failed. Only that there is no memory for it is a failure. */
vv_status vv_ask_all(vv_ask *const *asks, size_t count, vv_repository *r, vv_error *err);

#endif
