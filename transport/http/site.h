/*
 * site: sends requests to one site over persistent connections. Several threads may send requests
 * at the same time.
 *
 * Git's http.* settings apply, but http.extraHeader only on request, since the caller determines
 * which headers are signed. Redirects are not followed. After a temporary failure (429, 502, 503,
 * 504, a broken connection, a time-out; optionally 500) a request is repeated after the time in
 * Retry-After, or else after a random time whose limit doubles with each try.
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

#define HTTP_SITE_AT_ONCE 8u /* maximum number of persistent connections */

typedef struct http_site http_site;
struct http_ask;

/* Options for all requests to a site. Strings are copied. */
typedef struct http_site_facts {
	const char *url;   /* URL for which Git's settings apply */
	const char *name;  /* for messages */
	bool extra_header; /* send http.extraHeader */
	/* log in with the user and the password of this URL, borrowed until http_site_close; NULL:
	 * no login */
	const vv_url *login;
	/* if login has no user, and the site requires a login, get a credential from git */
	bool ask_git;
	/* also repeat requests after status 500 */
	bool again_500;
	bool direct; /* use neither a proxy nor Git's settings: for services on this machine */
	/* the site may search for its answer: the time limit for the first byte applies only to
	 * connecting, and a request is repeated only if the site requests a delay (Retry-After) */
	bool searches;
	/* Appends header lines that sign a request, each with "\n" at its end. Called before each
	 * try, since signatures contain a date. If set, .netrc is not read. May be NULL. */
	vv_status (*sign)(void *signer, vv_buf *lines, const struct http_ask *ask, vv_error *err);
	void *signer; /* borrowed */
} http_site_facts;

/* A request. */
typedef struct http_ask {
	const char *method; /* GET, PUT, POST, DELETE */
	/* the complete URL; if requests are signed, the parameters of the query are sorted */
	const char *url;
	/* header lines without line ends, such as "Accept: text/plain" */
	const char *const *headers;
	size_t header_count;
	/* request only the bytes [from, from + len) of the answer's body; len 0: the complete
	 * body */
	uint64_t from, len;
	const void *body; /* body of the request; may be NULL */
	size_t body_len;
	/* Writes the next bytes of the body of a POST to out; replaces `body`. Returns the number
	 * of bytes, at least one, 0 at the end, or a negative status, which ends the request. The
	 * request is not repeated. May be NULL. */
	ssize_t (*give)(void *payload, void *out, size_t len, vv_error *err);
	/* most bytes of answer->body */
	size_t answer_max;
	/* Is called with the body of an answer with status 200, piece by piece and without a limit
	 * on its size; answer->body is then not set. len 0: the body begins, or begins again. A
	 * negative result ends the request. May be NULL. */
	vv_status (*take)(void *payload, const char *bytes, size_t len, vv_error *err);
	void *payload; /* of give and take */
} http_ask;

/* An answer. Initialise with {0}. */
typedef struct http_answer {
	unsigned status;     /* the HTTP status */
	vv_buf body;         /* at most answer_max bytes */
	bool cut;            /* the body was longer than answer_max */
	int64_t date;        /* date of the server, in seconds since 1970; 0: not sent */
	char region[40];     /* x-amz-bucket-region; "": not sent */
	char etag[256];      /* "": not sent, or too long */
	char modified[40];   /* Last-Modified; "": not sent */
	int64_t modified_at; /* Last-Modified in seconds since 1970; 0: not sent */
	vv_buf location;     /* complete target URL of a redirect; "": not a redirect */
} http_answer;

void http_answer_clear(http_answer *a);
VV_AUTO_CLEAR(http_answer, http_answer_clear)

/* Makes a site with the options f, without sending a request. */
vv_status http_site_open(http_site **out, const http_site_facts *f, const vv_connect_options *o,
			 vv_error *err);
void http_site_close(http_site *s); /* accepts NULL */
VV_AUTO_FREE(http_site, http_site_close)

/* Sends the request `ask`, and sets *answer. *answer must be zeroed before the first call, and can
 * then be used again. Returns VV_OK for every HTTP status. Thread-safe if the signer is
 * thread-safe. */
vv_status http_site_ask(http_site *s, const http_ask *ask, http_answer *answer, vv_error *err);

#endif
