/*
 * serve: answers the requests of a peer from a repository of this machine.
 */
#ifndef VV_LIB_SERVE_H
#define VV_LIB_SERVE_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/known/reachable.h"
#include "transport/line/channel.h"
#include "transport/protocol/serve.h"

/* One value = one served repository: options, and the last request. */
typedef struct vv_serve_repo {
	/* path of the repository's folder, of its .git or of a bare repository, where a final
	 * ".git" may be missing; folders above are not searched */
	const char *path;
	const vv_env *env; /* for vv_repository_open; borrowed */
	bool writable;     /* accept pushes */
	bool only_signed; /* serve only signed heads and their refs (reachable.h); excludes writable */
	bool one;         /* answer a single request (HTTP), without a greeting */
	/* caches which objects clients may read; borrowed; NULL: use a new one */
	vv_reachable *reach;
	/* answers requests for copies that this machine stores for others; NULL: such
	 * requests are refused */
	vv_hold_fn hold;
	void *hold_payload; /* first argument of hold */
	bool only_hold;     /* answer no other requests; excludes writable */
	/* formulates the hints that the peer gets; NULL: hints with codes are omitted */
	vv_hint_words_fn words;
	/* Set by vv_serve_repo_run, for a log. op: name of the last request, or "open" if the
	 * repository could not be opened, or "none"; failed: it failed. */
	const char *op;
	bool failed;
} vv_serve_repo;

/* Answers the requests on `line` until the peer closes the connection. Errors of requests are sent
 * to the peer. Fails if the repository cannot be opened (the peer also gets this error), or if the
 * connection breaks. */
vv_status vv_serve_repo_run(vv_serve_repo *s, vv_channel *line, vv_error *err);
/* Answers the requests of the peer at stdin and stdout, as vv_serve_repo_run does. */
vv_status vv_serve_repo_stdio(vv_serve_repo *s, vv_error *err);

#endif
