/*
 * site: sends HTTP requests to one site over persistent connections. Several threads may send
 * requests at the same time.
 *
 * Git's http.* settings apply; http.extraHeader only if the caller requests it, since the caller
 * determines which headers are signed. Redirects are not followed. A request is repeated, up to
 * five times, after a temporary failure: status 429, 502, 503, 504 and optionally 500, a broken
 * connection, or a time-out. It is repeated after the time in Retry-After, or else after a random
 * time whose limit doubles with each try. If the last try ended with a broken connection or a
 * time-out, all requests of the next minute fail with VV_EIO, and err->silent is set.
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

#define HTTP_SITE_AT_ONCE 8u /* maximum number of idle connections that are kept */

typedef struct http_site http_site;
struct http_ask;

/* Options for all requests to a site. The strings are borrowed only during http_site_open. */
typedef struct http_site_facts {
	const char *url;   /* URL for which Git's settings apply */
	const char *name;  /* for messages */
	bool extra_header; /* send http.extraHeader */
	/* log in with the user and the password of this URL, borrowed until http_site_close; NULL:
	 * no login */
	const vv_url *login;
	/* if login has no secret, and the site requires a login, get a credential from git */
	bool ask_git;
	/* also repeat requests after status 500 */
	bool again_500;
	bool direct; /* use neither a proxy nor Git's settings: for services on this machine */
	/* the site may have to search for an answer: the time limit for the first byte applies only
	 * to connecting, a request is repeated only after status 429 or 503 with Retry-After, and a
	 * failure does not affect later requests */
	bool searches;
	/* Appends the header lines that sign the request to lines, each with "\n" at its end. Is
	 * called before each try, since signatures contain a date. If sign is set, .netrc is not
	 * read. May be NULL. */
	vv_status (*sign)(void *signer, vv_buf *lines, const struct http_ask *ask, vv_error *err);
	void *signer; /* for sign; borrowed */
} http_site_facts;

/* A request. */
typedef struct http_ask {
	const char *method; /* GET, PUT, POST, DELETE */
	/* the complete URL; if sign is set, the parameters of its query must be sorted */
	const char *url;
	/* header lines without line ends, such as "Accept: text/plain" */
	const char *const *headers;
	size_t header_count;
	/* request only the bytes [from, from + len) of the answer's body; len 0: the complete
	 * body */
	uint64_t from, len;
	const void *body; /* body of the request; may be NULL */
	size_t body_len;
	/* If not NULL, is called for the body of a POST instead of `body`. Writes the next bytes,
	 * at most len, to out. Returns their number, 0 at the end, or a negative status, which ends
	 * the request. Such a request is not repeated. */
	ssize_t (*give)(void *payload, void *out, size_t len, vv_error *err);
	/* most bytes of answer->body; an answer without Content-Length may have at most 8 MiB */
	size_t answer_max;
	/* If not NULL, is called with the body of an answer with status 200, piece by piece,
	 * however long the body is; answer->body is then empty. A call with len 0 means that the
	 * body begins, or begins again in the next try. A negative result ends the request. */
	vv_status (*take)(void *payload, const char *bytes, size_t len, vv_error *err);
	void *payload; /* of give and take */
} http_ask;

/* An answer. Initialise with {0}. */
typedef struct http_answer {
	unsigned status;     /* the HTTP status */
	vv_buf body;         /* at most answer_max bytes */
	bool cut;            /* the body was longer than answer_max */
	int64_t date;        /* the header Date, in seconds since 1970; 0: not sent */
	char region[40];     /* x-amz-bucket-region; "": not sent */
	char etag[256];      /* "": not sent, or too long */
	char hidden[8];      /* x-amz-delete-marker: "true" or "false"; "": not sent */
	char locked[40];     /* x-amz-object-lock-retain-until-date; "": not sent */
	char held[4];        /* x-amz-object-lock-legal-hold: "ON" or "OFF"; "": not sent */
	char modified[40];   /* Last-Modified; "": not sent */
	int64_t modified_at; /* Last-Modified in seconds since 1970; 0: not sent */
	vv_buf location;     /* the complete URL to which the site redirects; "": not a redirect */
} http_answer;

void http_answer_clear(http_answer *a);
VV_AUTO_CLEAR(http_answer, http_answer_clear)

/* Makes a site with the options f, and does not send a request. The repository, the environment and
 * the flag `stopped` of o are borrowed until http_site_close, which the caller calls.
 * VV_ENOSUPPORT: libcurl is not installed. */
vv_status http_site_open(http_site **out, const http_site_facts *f, const vv_connect_options *o,
			 vv_error *err);
void http_site_close(http_site *s); /* accepts NULL */
VV_AUTO_FREE(http_site, http_site_close)

/* Sends the request `ask`, and sets *answer, which the caller clears with http_answer_clear, also
 * after a failure. The same answer can be used for the next request. Returns VV_OK for every HTTP
 * status. VV_EIO: no answer was received; err->silent is set if the site did not answer in time, or
 * failed within the last minute. Thread-safe if sign is thread-safe. */
vv_status http_site_ask(http_site *s, const http_ask *ask, http_answer *answer, vv_error *err);

#endif
