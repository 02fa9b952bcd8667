/*
 * options: declares the options of the HTTP server: its address, content and limits.
 */
#ifndef VV_TRANSPORT_SERVER_OPTIONS_H
#define VV_TRANSPORT_SERVER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/env.h"
#include "base/error.h"
#include "base/text.h"

/* The options. A zeroed member has its default. The struct is copied; what its members point to is
 * borrowed until the server is stopped. */
typedef struct vv_http_options {
	/* "HOST:PORT", "[::1]:PORT", "*:PORT" (all addresses) or "PORT" (on 127.0.0.1). If PORT is
	 * 0, the system chooses a free port */
	const char *address;
	const char *const *paths; /* the repositories: each path is a work tree or a Git folder */
	size_t path_count;
	const vv_env *env;              /* the environment for vv_repository_open */
	const char *tls_cert, *tls_key; /* PEM files; both or neither are set */
	const char *auth_file;          /* the file of users (auth.h); NULL: read-only for all */
	bool read_only;                 /* read-only for all, regardless of auth_file */
	/* serve varve clients only signed heads and their refs, and nobody else; with read_only */
	bool only_signed;
	bool closed;          /* reading also requires a user; auth_file must be set */
	uint64_t connections; /* most simultaneous connections, up to 10,000; 0: 128 */
	/* most connections and running requests of one client; 0: half of `connections` */
	uint64_t per_address;
	/* host names that requests may have, besides IP addresses and localhost, without a port;
	 * empty: any name is allowed, unless the server listens on a loopback address */
	vv_strings hosts;
	/* origins ("https://maps.example") whose pages may read the routes raw and ipfs, and the
	 * API; "*": all origins */
	vv_strings origins;
	/* networks of trusted proxies: the header X-Forwarded-For of their requests names the
	 * client */
	vv_strings proxies;
	/* secret: the parameter "secret" that the first URL of a browser must have; a cookie then
	 * replaces it (url_secret.h). NULL: no secret is required. secret_once:
	 * a second secret, which is valid once; may be NULL */
	const char *secret, *secret_once;
	unsigned page_ms;  /* milliseconds after which a page should begin; 0: 3000 */
	unsigned head_sec; /* seconds in which the first request's head must arrive; 0: 20 */
	/* seconds from an answer to the head of the next request on the connection; 0: 60 */
	unsigned keep_sec;
	unsigned rate_min;       /* minimum rate of a request's body in bytes per second; 0: 64 */
	unsigned rate_sec;       /* seconds over which this rate is measured; 0: 60 */
	uint64_t body_max;       /* limit for the body of one request in bytes; 0: no limit */
	uint64_t request_memory; /* memory limit of one request in bytes; 0: 256 MiB */
	uint64_t memory;         /* memory limit of all requests together in bytes; 0: 1 GiB */
	/* writes the suggestions in answers; NULL: answers have no suggestions */
	vv_hint_words_fn words;
} vv_http_options;

#endif
