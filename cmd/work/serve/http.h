/*
 * http: `varve serve --http`: starts the server, logs, ends on SIGTERM and SIGINT.
 */
#ifndef VV_CMD_WORK_SERVE_HTTP_H
#define VV_CMD_WORK_SERVE_HTTP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "transport/server/server.h"

typedef struct vv_serve_http_options {
	const char *address; /* http_server.h */
	const char *const *paths;
	size_t path_count;
	const char *tls_cert, *tls_key, *auth_file;
	bool read_only;
	bool closed; /* --private */
	bool quiet;  /* no line for each request */
	unsigned connections;
	uint64_t body_max;
	/* Answers one request of the protocol; called in the server's threads. */
	vv_status (*answer)(void *payload, const vv_http_call *call, vv_channel *line,
			    vv_error *err);
	void *payload;
} vv_serve_http_options;

/* Serves until SIGTERM, SIGINT or SIGHUP. The exit code. */
int vv_serve_http(const vv_serve_http_options *o);

/* `varve serve --hash-secret NAME[:r]`: reads the secret's line from stdin (or, when it is
 * a terminal or empty, makes a new one and shows it), and prints the line for the file of
 * --auth. The exit code. */
int vv_serve_hash_secret(const char *name);

#endif
