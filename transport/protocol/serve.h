/*
 * serve: answers a peer's requests.
 */
#ifndef VV_TRANSPORT_PROTOCOL_SERVE_H
#define VV_TRANSPORT_PROTOCOL_SERVE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"
#include "repo/known/reachable.h"
#include "transport/line/channel.h"
#include "transport/protocol/receive.h"

/* Checks the repository owner's additional requirements for a push. refs are the refs that would
 * move. If the function fails, for example with VV_EREFUSED, no ref moves, and the message and
 * report, lines for the client's user, are sent to the client. */
typedef vv_status (*vv_policy_fn)(void *payload, vv_repository *with, vv_incoming *in,
				  const vv_push_ref *refs, size_t count, vv_buf *report,
				  vv_error *err);
/* Updates the work tree after the ref `head` has moved (receive.denyCurrentBranch=updateInstead).
 * check_only: only checks, before refs move, that the update is possible. */
typedef vv_status (*vv_update_tree_fn)(void *payload, const vv_push_ref *head, bool check_only,
				       vv_error *err);

/* Is called after refs have moved. Appends lines for the client's user to report. */
typedef void (*vv_pushed_fn)(void *payload, const vv_push_ref *refs, size_t count, vv_buf *report);

/* Answers a request about copies stored for other repositories (cmd/vault/hold/hold.h). bytes: the
 * request's message, of len bytes; the request was read to its end. If the function fails, its
 * error is sent as the answer. */
typedef vv_status (*vv_hold_fn)(void *payload, vv_repository *r, vv_channel *line,
				const void *bytes, size_t len, vv_error *err);

/* A repository to serve, and numbers about the last request. */
typedef struct vv_serve {
	vv_repository *repo;
	bool writable; /* clients may push */
	/* determines the objects that readers may see; borrowed; NULL: one is made for each
	 * channel */
	vv_reachable *reach;
	vv_receive_limits limits;
	vv_version_check_fn check;
	vv_policy_fn policy;           /* may be NULL */
	vv_update_tree_fn update_tree; /* NULL: not supported */
	vv_pushed_fn pushed;           /* may be NULL */
	void *payload;                 /* payload of check, policy, update_tree and pushed */
	vv_hold_fn hold;               /* NULL: copies for others are not supported */
	void *hold_payload;
	bool only_hold; /* hold answers all requests, whatever they ask for */
	/* Interval of signs of life for a waiting client (pulse.h), in milliseconds; 0: no signs.
	 * Signs are sent as long as `done` increases; check and policy add their progress to
	 * `done`. */
	unsigned alive_ms;
	/* milliseconds without progress after which signs of life end; 0: VV_PULSE_STALL_SEC */
	uint64_t stall_ms;
	atomic_uint_fast64_t done;
	/* The following members describe the last request, for the log. */
	const char *op;          /* the op's name */
	uint64_t sent, received; /* numbers of blocks */
	bool failed;             /* the request failed */
} vv_serve;

/* Sets the error of a server that does not store copies for others, and returns VV_EREFUSED. */
vv_status vv_serve_fail_hold(vv_error *err);

/* Reads one request from line, and answers it. If the request fails, sends the error, and returns
 * VV_OK. A negative result means that the connection failed, or that the peer did not send a
 * request; the connection must then be closed. */
vv_status vv_serve_request(vv_serve *s, vv_channel *line, vv_error *err);

/* Sends the greeting, and then answers requests until the peer ends the connection. */
vv_status vv_serve_line(vv_serve *s, vv_channel *line, vv_error *err);

#endif
