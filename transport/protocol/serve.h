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

/* Checks a push against the rules of the repository's owner. refs: the refs of the push. with: a
 * handle that also reads the received objects. in: the received blocks. Appends lines for the
 * client's user to report. If the function fails, for example with VV_EREFUSED, no ref moves, and
 * the client gets the message of err, and report. */
typedef vv_status (*vv_policy_fn)(void *payload, vv_repository *with, vv_incoming *in,
				  const vv_push_ref *refs, size_t count, vv_buf *report,
				  vv_error *err);
/* The steps of the update of a work tree to a pushed branch (receive.denyCurrentBranch=updateInstead).
 * If the process is killed before the branch moves, the next push or varve command undoes the update,
 * and the client pushes again, because the branch is where it was. */
typedef enum vv_tree_step {
	VV_TREE_CHECK, /* nothing was received yet: checks whether the update is possible */
	VV_TREE_WRITE, /* the objects and blocks exist, no ref has moved: writes files and index */
	VV_TREE_END,   /* after VV_TREE_WRITE, when the refs have moved */
	VV_TREE_UNDO   /* after VV_TREE_WRITE, when the refs could not be moved */
} vv_tree_step;
/* Takes one step of the update of the work tree whose folder is `tree`, in which head, the ref of a
 * branch, is checked out. */
typedef vv_status (*vv_update_tree_fn)(void *payload, vv_tree_step step, const char *tree,
				       const vv_push_ref *head, vv_error *err);

/* Called after a push has moved refs. refs: the refs of the push. Appends lines for the client's
 * user to report. */
typedef void (*vv_pushed_fn)(void *payload, const vv_push_ref *refs, size_t count, vv_buf *report);

/* Answers a request about copies stored for other repositories (cmd/vault/hold/hold.h). bytes: the
 * request's message, of len bytes. The request was already read to its end. If the function fails,
 * its error becomes the answer. */
typedef vv_status (*vv_hold_fn)(void *payload, vv_repository *r, vv_channel *line,
				const void *bytes, size_t len, vv_error *err);

/* A repository to serve, and numbers about the last request. */
typedef struct vv_serve {
	vv_repository *repo;
	bool writable; /* clients may push */
	/* determines the objects that readers may see; borrowed; NULL: each call of
	 * vv_serve_request or vv_serve_line makes one */
	vv_reachable *reach;
	/* reach, if it is NULL, is made with vv_reachable_only_signed: readers see signed heads and the
	 * refs that the newest of them list, and no HEAD; excludes writable */
	bool only_signed;
	vv_receive_limits limits;
	vv_version_check_fn check;
	vv_policy_fn policy;           /* may be NULL */
	vv_update_tree_fn update_tree; /* NULL: not supported */
	vv_pushed_fn pushed;           /* may be NULL */
	void *payload;                 /* payload of check, policy, update_tree and pushed */
	vv_hold_fn hold;               /* NULL: copies for others are not supported */
	void *hold_payload;
	bool only_hold; /* `hold` answers all requests, whatever their op is */
	/* Interval of signs of life for a waiting client (pulse.h), in milliseconds; 0: no signs.
	 * Signs are sent as long as `done` increases: `check` and `policy` add their progress to
	 * `done`. */
	unsigned alive_ms;
	/* milliseconds without progress after which signs of life end; 0: VV_PULSE_STALL_SEC */
	uint64_t stall_ms;
	atomic_uint_fast64_t done;
	/* The following members describe the last request, for the log. */
	const char *op; /* the op's name */
	uint64_t sent;  /* number of blocks */
	bool failed;    /* the request failed */
} vv_serve;

/* Sets the error of a server that does not store copies for others, and returns VV_EREFUSED. */
vv_status vv_serve_fail_hold(vv_error *err);

/* Reads one request from line, and answers it. If the request fails, sends the error to the client,
 * sets s->failed, and returns VV_OK. A negative status means that the connection failed, that the
 * client did not send a request, or that memory ran out. The caller must then close the
 * connection. */
vv_status vv_serve_request(vv_serve *s, vv_channel *line, vv_error *err);

/* Sends the greeting, and then answers requests until the client ends the connection. A negative
 * status has the same meaning as for vv_serve_request. */
vv_status vv_serve_line(vv_serve *s, vv_channel *line, vv_error *err);

#endif
