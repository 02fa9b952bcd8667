/*
 * site: sends requests to one site over persistent connections. Several threads may send requests
 * at the same time.
 *
 * Git's http.* settings apply, except http.extraHeader, which is optional, since the caller
 * determines the signed headers. Redirects are not followed. After temporary failures (429, 502,
 * 503, 504, a broken connection, a time-out; optionally 500), requests are retried: after the time
 * in Retry-After, or else after a random time that doubles with each try.
 */
#ifndef VV_TRANSPORT_HTTP_SITE_H
#define VV_TRANSPORT_HTTP_SITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "transport/line/options.h"
#include "transport/line/url.h"

#define HTTP_SITE_AT_ONCE 8u /* the maximum number of persistent connections */

typedef struct http_site http_site;
struct http_ask;

/* The options for all requests to a site. Strings are copied. */
typedef struct http_site_facts {
	const char *url;   /* Git's settings for this URL apply */
	const char *name;  /* for messages */
	bool extra_header; /* sends http.extraHeader */
	/* Requests are sent with the user and secret of this URL. If it has none, and the site
	 * requires them, ask_git gets a credential from git. Borrowed until close; NULL: no login. */
	const vv_url *login;
	bool ask_git;
	/* retries after status 500, too */
	bool again_500;
	bool direct; /* uses neither a proxy nor Git's settings: for services on this machine */
	/* Appends header lines that sign a request, each with "\n" at its end. Called before each
	 * try, since signatures have a date. With this function, .netrc is not read. May be NULL. */
	vv_status (*sign)(void *signer, vv_buf *lines, const struct http_ask *ask, vv_error *err);
	void *signer; /* borrowed */
} http_site_facts;

typedef struct http_ask {
	const char *method; /* GET, PUT, POST, DELETE */
	/* the full URL; if requests are signed, the query's parameters are sorted */
	const char *url;
	const char *const *headers;
	size_t header_count;
	/* requests this range, and drops bytes before the range; len 0: the whole body */
	uint64_t from, len;
	const void *body; /* may be NULL */
	size_t body_len;
	/* the maximum size of answer->body */
	size_t answer_max;
	/* Receives the body of an answer of status 200 piece by piece, without a limit on its size,
	 * instead of answer->body. len 0: the body begins (again). A negative result ends the
	 * request. May be NULL. */
	vv_status (*take)(void *payload, const char *bytes, size_t len, vv_error *err);
	void *payload;
} http_ask;

typedef struct http_answer {
	unsigned status;
	vv_buf body; /* at most answer_max bytes; cut: the body was longer */
	bool cut;
	int64_t date;    /* the server's date, seconds since 1970; 0: not sent */
	char region[40]; /* x-amz-bucket-region; "": not sent */
	char etag[256];  /* "": not sent, or too long */
	char modified[40];
	int64_t modified_at; /* Last-Modified, seconds since 1970; 0: not sent */
	vv_buf location;     /* the full target URL of a redirect; "": not a redirect */
} http_answer;

void http_answer_clear(http_answer *a);
VV_AUTO_CLEAR(http_answer, http_answer_clear)

vv_status http_site_open(http_site **out, const http_site_facts *f, const vv_connect_options *o,
			 vv_error *err);
void http_site_close(http_site *s); /* accepts NULL */
VV_AUTO_FREE(http_site, http_site_close)

/* Sends a request. *answer must be zeroed before the first call, and can be used again. Returns
 * VV_OK for every HTTP status. Thread-safe if the signer is. */
vv_status http_site_ask(http_site *s, const http_ask *ask, http_answer *answer, vv_error *err);

#endif
