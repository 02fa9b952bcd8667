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

/* Checks the repository owner's additional requirements for a push. refs: the refs that would move.
 * VV_EREFUSED, or any other failure: no ref moves, and the message and report (lines for display)
 * are sent to the client. */
typedef vv_status (*vv_policy_fn)(void *payload, vv_repository *with, vv_incoming *in,
				  const vv_push_ref *refs, size_t count, vv_buf *report,
				  vv_error *err);
/* Updates the work tree after the ref `head` has moved (receive.denyCurrentBranch=updateInstead).
 * check_only: only checks, before refs move, whether this is possible. */
typedef vv_status (*vv_update_tree_fn)(void *payload, const vv_push_ref *head, bool check_only,
				       vv_error *err);

/* Called after refs have moved; errors cannot undo this. report: receives lines for display. */
typedef void (*vv_pushed_fn)(void *payload, const vv_push_ref *refs, size_t count, vv_buf *report);

/* Answers a request about copies stored for other repositories (cmd/vault/hold/hold.h). bytes: the
 * request's message, which was read to its end. A failure is sent as the answer. */
typedef vv_status (*vv_hold_fn)(void *payload, vv_repository *r, vv_channel *line,
				const void *bytes, size_t len, vv_error *err);

typedef struct vv_serve {
	vv_repository *repo;
	bool writable;
	/* what readers may see; borrowed; NULL: determined again for each channel */
	vv_reachable *reach;
	vv_receive_limits limits;
	vv_version_check_fn check;
	vv_policy_fn policy;           /* may be NULL */
	vv_update_tree_fn update_tree; /* NULL: not supported */
	vv_pushed_fn pushed;           /* may be NULL */
	void *payload;                 /* of check, policy, update_tree and pushed */
	vv_hold_fn hold;               /* NULL: copies for others are not supported */
	void *hold_payload;
	/* Interval of signs of life for a waiting client (pulse.h; 0: none), while `done` grows, to
	 * which check and policy add their progress. */
	unsigned alive_ms;
	uint64_t stall_ms; /* 0: VV_PULSE_STALL_SEC */
	atomic_uint_fast64_t done;
	/* The last request, for the log. */
	const char *op;
	uint64_t sent, received; /* blocks */
	bool failed;
} vv_serve;

/* Returns VV_EREFUSED, with the message of a server that does not store copies for others. */
vv_status vv_serve_fail_hold(vv_error *err);

/* Reads one request and answers it. If the request fails, the error is sent, and the result is
 * VV_OK. Negative: the connection failed, or received something that is not a request, and must be
 * closed. */
vv_status vv_serve_request(vv_serve *s, vv_channel *line, vv_error *err);

/* Sends the greeting, then answers requests until the peer ends the connection. */
vv_status vv_serve_line(vv_serve *s, vv_channel *line, vv_error *err);

#endif
