/*
 * options: address, content and limits of the HTTP server.
 */
#ifndef VV_TRANSPORT_SERVER_OPTIONS_H
#define VV_TRANSPORT_SERVER_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/env.h"
#include "base/error.h"
#include "base/text.h"

typedef struct vv_http_options {
	const char *address;      /* "HOST:PORT", "[::1]:PORT", "*:PORT", "PORT" (of
				       * 127.0.0.1); port 0: a free one */
	const char *const *paths; /* repositories */
	size_t path_count;
	const vv_env *env;              /* borrowed until the end; as for vv_repository_open */
	const char *tls_cert, *tls_key; /* PEM files; both or none */
	const char *auth_file;          /* auth.h; NULL: read-only for all */
	bool read_only;                 /* regardless of the file */
	bool closed;                    /* reading too needs an entry in the file */
	uint64_t connections;           /* at once; 0: 128; at most 10,000 */
	uint64_t per_address;           /* of them, of one client; 0: half */
	vv_strings hosts;   /* its names; none: any, but on a loopback address only addresses and
			     * localhost */
	vv_strings origins; /* "https://maps.example": whose pages may read raw, ipfs and the API;
			     * "*": all */
	vv_strings proxies; /* networks whose X-Forwarded-For is believed */
	const char *secret, *secret_once; /* server_internal.h, or NULL */
	unsigned page_ms;                 /* until when a page must have begun; 0: 3000 */
	unsigned head_sec;                /* time limit for the first request's head; 0: 20 */
	unsigned keep_sec;                /* each further one's, counted from the answer; 0: 60 */
	unsigned rate_min;                /* of a body, bytes a second at least, over */
	unsigned rate_sec;                /* seconds; 0: 64 over 60 */
	uint64_t body_max;                /* bytes of one request; 0: no limit */
	uint64_t request_memory;          /* memory limit of one request in bytes; 0: 256 MiB */
	uint64_t memory;                  /* and all together; 0: 1 GiB */
	vv_hint_words_fn words;           /* of what answers suggest; NULL: they suggest nothing */
} vv_http_options;

#endif
