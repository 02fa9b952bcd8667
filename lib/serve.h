/*
 * serve: a repository of this machine that answers the requests of a peer.
 */
#ifndef VV_LIB_SERVE_H
#define VV_LIB_SERVE_H

#include <stdbool.h>

#include "base/error.h"
#include "repo/known/reachable.h"
#include "transport/line/channel.h"
#include "transport/protocol/serve.h"

typedef struct vv_serve_repo {
	/* its folder, its .git, or a bare one: that very folder, not one above */
	const char *path;
	const vv_env *env; /* borrowed; as for vv_repository_open */
	bool writable;
	bool one;            /* just one request (HTTP), without a greeting */
	vv_reachable *reach; /* borrowed; NULL: its own */
	vv_hold_fn hold;     /* copies that are kept for others; NULL: none are */
	void *hold_payload;
	/* of the hints that the peer gets; NULL: those with codes are left out */
	vv_hint_words_fn words;
	/* Set by the run: the last request, for a log. */
	const char *op;
	bool failed;
} vv_serve_repo;

/* Answers until the peer ends the line. Errors of requests are sent to the peer; negative: the
 * repository cannot be opened (also sent), or the line is broken. */
vv_status vv_serve_repo_run(vv_serve_repo *s, vv_channel *line, vv_error *err);
/* The same for the peer at stdin and stdout. */
vv_status vv_serve_repo_stdio(vv_serve_repo *s, vv_error *err);

#endif
