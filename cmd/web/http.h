/*
 * http: `varve serve --http`: starts the server, logs, ends on SIGTERM and SIGINT.
 */
#ifndef VV_CMD_WEB_HTTP_H
#define VV_CMD_WEB_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/progress.h"
#include "transport/server/server.h"

typedef struct vv_serve_http_options {
	vv_http_options server; /* but for words */
	bool quiet;             /* no note for each request */
	bool announce;          /* on the local network (lib/heads/nearby.h) */
	const vv_notes *notes;
	uint64_t temp_space; /* bytes of files of versions in key order; 0: 1 GiB */
	/* Pages, as in vv_http_handlers; NULL: none. */
	vv_status (*page)(void *payload, const vv_http_call *call, const vv_http_ask *ask,
			  const vv_http_reply *reply, vv_error *err);
	void *page_payload;
	/* Called when it listens, instead of printing the URL; NULL: prints it. */
	void (*started)(void *payload, const char *url);
	/* Answers one request of the protocol; called in the server's threads. */
	vv_status (*answer)(void *payload, const vv_http_call *call, vv_channel *line,
			    vv_error *err);
	void *payload;
} vv_serve_http_options;

/* Serves until SIGTERM, SIGINT or SIGHUP. */
vv_status vv_serve_http(const vv_serve_http_options *o, vv_error *err);

#endif
