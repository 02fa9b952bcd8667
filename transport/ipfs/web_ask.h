/*
 * web_ask: one request to a service of IPFS over HTTP, and its short answer.
 *
 * Git's http.* settings apply. Redirects are not followed. After a request for a delay (429, 503
 * with Retry-After) it is retried, if the request can be repeated.
 */
#ifndef VV_TRANSPORT_IPFS_WEB_ASK_H
#define VV_TRANSPORT_IPFS_WEB_ASK_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

typedef struct vv_web_ask {
	const vv_url *url;  /* of the service, http or https */
	const char *below;  /* what follows its path, with the query: "/api/v0/pin/ls?arg=..." */
	const char *accept; /* NULL: anything */
	bool post;
	/* The body of a POST, as it comes; NULL: none. content_type is its header's value. The next bytes,
	 * at least one; 0 at the end. */
	ssize_t (*give)(void *payload, void *out, size_t len, vv_error *err);
	void *payload;
	const char *content_type;
	size_t answer_max;
} vv_web_ask;

/* *status: HTTP's. answer: the body, for any status. VV_EREFUSED: more than answer_max. Fails if
 * `give` fails. */
vv_status vv_web_ask_run(const vv_web_ask *a, const vv_connect_options *o, unsigned *status,
			 vv_buf *answer, vv_error *err);

#endif
