/*
 * site: requests to one site, over kept connections, also several in parallel, each in a thread of its own.
 *
 * Git's http.* settings apply, except http.extraHeader, which is optional: the caller determines the signed
 * headers. Redirects are not followed. Temporary failures (429, 502, 503, 504, a broken connection, a time-out;
 * 500 if the site uses it so) are retried: after Retry-After, else after a random time that doubles.
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

#define HTTP_SITE_AT_ONCE 8u /* more connections are not kept */

typedef struct http_site http_site;
struct http_ask;

/* The options of all requests; strings are copied. */
typedef struct http_site_facts {
	const char *url;   /* whose settings apply */
	const char *name;  /* for messages */
	bool extra_header; /* http.extraHeader is sent */
	/* Sent with its user and secret; if it has none, and the site wants one, `ask_git` is a credential that git
	 * has. Borrowed until close; NULL: no login. */
	const vv_url *login;
	bool ask_git;
	bool again_500;
	bool direct; /* no proxy, and none of Git's settings: for services of this machine */
	/* May be NULL: appends header lines, each with "\n" at its end, that sign a request; called before each
	 * try, since signatures have a date. No .netrc is read then. */
	vv_status (*sign)(void *signer, vv_buf *lines, const struct http_ask *ask, vv_error *err);
	void *signer; /* borrowed */
} http_site_facts;

typedef struct http_ask {
	const char *method; /* GET, PUT, POST, DELETE */
	const char *url;    /* whole; a query sorted, where requests are signed */
	const char *const *headers;
	size_t header_count;
	uint64_t from, len; /* requests this range, and drops bytes before it; len 0: everything */
	const void *body;   /* may be NULL */
	size_t body_len;
	size_t answer_max;
	/* May be NULL: gets the body of an answer of status 200 as it comes, in place of answer->body, however long
	 * it is; len 0: from the beginning (again). A status below VV_OK ends it. */
	vv_status (*take)(void *payload, const char *bytes, size_t len, vv_error *err);
	void *payload;
} http_ask;

typedef struct http_answer {
	unsigned status;
	vv_buf body; /* at most answer_max; cut: there was more */
	bool cut;
	int64_t date;    /* of the server, seconds since 1970; 0: not sent */
	char region[40]; /* x-amz-bucket-region; "" */
	char etag[256];  /* "": not sent, or too long */
	char modified[40];
	int64_t modified_at; /* as date is */
	vv_buf location;     /* where a redirect leads, whole; "": it is none */
} http_answer;

void http_answer_clear(http_answer *a);
VV_AUTO_CLEAR(http_answer, http_answer_clear)

vv_status http_site_open(http_site **out, const http_site_facts *f, const vv_connect_options *o,
			 vv_error *err);
void http_site_close(http_site *s); /* accepts NULL */
VV_AUTO_FREE(http_site, http_site_close)

/* One request; *answer is empty before the first, and used again. VV_OK whatever the status. Thread-safe, as far as the
 * signer is. */
vv_status http_site_ask(http_site *s, const http_ask *ask, http_answer *answer, vv_error *err);

#endif
