/*
 * http: runs the server of `varve serve --http`: starts the server, logs requests, and ends on
 * SIGTERM, SIGINT and SIGHUP.
 */
#ifndef VV_CMD_WEB_HTTP_H
#define VV_CMD_WEB_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/progress.h"
#include "transport/server/server.h"

/* The options of vv_serve_http. */
typedef struct vv_serve_http_options {
	vv_http_options server; /* options of the server; vv_serve_http sets the member words */
	bool quiet;             /* print no note for each request */
	bool announce;          /* announce the server on the local network (lib/heads/nearby.h) */
	const vv_notes *notes;  /* receives notes, such as one for each request */
	/* maximum bytes of temporary files with versions that are stored in key order
	 * (lib/names/ordered_files.h); 0: 1 GiB */
	uint64_t temp_space;
	/* Makes a page, as in vv_http_handlers. NULL: no pages. */
	vv_status (*page)(void *payload, const vv_http_call *call, const vv_http_ask *ask,
			  const vv_http_reply *reply, vv_error *err);
	void *page_payload; /* first argument of page */
	/* Called once, when the server is listening. NULL: a note with the URL is printed. */
	void (*started)(void *payload, const char *url);
	/* Answers one request of the protocol; called in the server's threads. */
	vv_status (*answer)(void *payload, const vv_http_call *call, vv_channel *line,
			    vv_error *err);
	void *payload; /* first argument of started and answer */
} vv_serve_http_options;

/* Runs the server until SIGTERM, SIGINT or SIGHUP. Call this before the program starts threads,
 * which must inherit the blocked signals. VV_EUSAGE: o->announce is set, but other machines cannot
 * reach the server's address. */
vv_status vv_serve_http(const vv_serve_http_options *o, vv_error *err);

#endif
