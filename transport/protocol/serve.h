/*
 * serve: answering a peer's requests.
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

/* The repository owner's additional requirements for a push. refs are those that would move.
 * VV_EREFUSED (or any other): none moves, and the message and report (lines for people) are sent to
 * the client. */
typedef vv_status (*vv_policy_fn)(void *payload, vv_repository *with, vv_incoming *in,
				  const vv_push_ref *refs, size_t count, vv_buf *report,
				  vv_error *err);
/* The refs have moved: the work tree is to follow (receive.denyCurrentBranch=updateInstead). */
typedef vv_status (*vv_update_tree_fn)(void *payload, const vv_push_ref *head, bool check_only,
				       vv_error *err);

/* Called after refs have moved, which no error changes: report gets lines for people. */
typedef void (*vv_pushed_fn)(void *payload, const vv_push_ref *refs, size_t count, vv_buf *report);

/* Answers a request about copies stored for other repositories (cmd/vault/hold/hold.h): bytes are its
 * message, which was read to its end. Its failure is the answer. */
typedef vv_status (*vv_hold_fn)(void *payload, vv_repository *r, vv_channel *line,
				const void *bytes, size_t len, vv_error *err);

typedef struct vv_serve {
	vv_repository *repo;
	bool writable;
	/* what readers may see; borrowed. NULL: found out again for each line */
	vv_reachable *reach;
	vv_receive_limits limits;
	vv_version_check_fn check;
	vv_policy_fn policy;           /* may be NULL */
	vv_update_tree_fn update_tree; /* NULL: not supported */
	vv_pushed_fn pushed;           /* NULL: nothing */
	void *payload;                 /* of all four */
	vv_hold_fn hold;               /* NULL: no copies are kept for others */
	void *hold_payload;
	/* Interval of signs of life for a waiting client (pulse.h; 0: none), while `done` grows, to
	 * which check and policy add their progress. */
	unsigned alive_ms;
	uint64_t stall_ms; /* 0: the usual time */
	atomic_uint_fast64_t done;
	/* The last request, for the log. */
	const char *op;
	uint64_t sent, received; /* blocks */
	bool failed;
} vv_serve;

/* The answer of a server that does not store copies for others: VV_EREFUSED. */
vv_status vv_serve_fail_hold(vv_error *err);

/* Reads one request and answers it. A request that fails is answered so, and VV_OK. Negative:
 * the line is broken (or was given something that is not a request) and is to be closed. */
vv_status vv_serve_request(vv_serve *s, vv_channel *line, vv_error *err);

/* Greets, and answers requests until the peer ends the line. */
vv_status vv_serve_line(vv_serve *s, vv_channel *line, vv_error *err);

#endif
