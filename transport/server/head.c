/*
 * head: headers that may come once only, and the form of host names.
 *
 * libmicrohttpd refuses much before (white space in front of a colon, a chunk's length that is none,
 * Content-Length beside Transfer-Encoding in its newer versions) and joins folded lines, as RFC 9112,
 * 5.2, allows.
 */

#include "transport/server/head.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "transport/http/address.h"

/* Headers that mean one thing. */
static const char *const single[] = {
	"Host",     "Content-Length", "Transfer-Encoding", "Content-Type", "Authorization", "Range",
	"If-Range", "Expect",         "Sec-Fetch-Site",    "Origin",
};
#define SINGLE (sizeof(single) / sizeof(single[0]))

typedef struct look {
	unsigned seen[SINGLE];
	bool bad;
} look;

/* RFC 9110, 5.6.2. */
static bool is_token(const char *name, size_t len)
{
	size_t i = 0;

	while (i < len &&
	       (vv_is_alnum(name[i]) || (name[i] && strchr("!#$%&'*+-.^_`|~", name[i])))) {
		i++;
	}
	return i == len && len > 0;
}

static enum MHD_Result look_at(void *payload, enum MHD_ValueKind kind VV_UNUSED, const char *name,
			       size_t name_len, const char *value, size_t len)
{
	look *l = payload;

	l->bad = l->bad || !is_token(name, name_len);
	vv_array_each(value, len, c) {
		l->bad = l->bad || ((unsigned char)*c < 32 && *c != '\t') || *c == 127;
	}
	for (size_t i = 0; i < SINGLE; i++) {
		l->seen[i] += vv_ascii_equal(name, single[i]);
	}
	return MHD_YES;
}

static bool is_length(const char *text)
{
	size_t len = strspn(text, "0123456789");

	return len > 0 && len < 20 && text[len] == '\0';
}

static unsigned check_form(const http_request *q, const char *version, const char **why)
{
	look l = {{0}, false};

	*why = "the request's header is not valid HTTP";
	(void)MHD_get_connection_values_n(q->mhd, MHD_HEADER_KIND, look_at, &l);
	if (l.bad) return MHD_HTTP_BAD_REQUEST;
	if (vv_array_find(l.seen, SINGLE, times, *times > 1)) {
		*why = "the request has a header twice that may occur only once";
		return MHD_HTTP_BAD_REQUEST;
	}
	const char *length = http_header(q, "Content-Length");
	const char *coding = http_header(q, "Transfer-Encoding");
	if (length && coding) {
		*why = "the request has both Content-Length and Transfer-Encoding";
		return MHD_HTTP_BAD_REQUEST;
	}
	if (length && !is_length(length)) {
		*why = "the Content-Length is not a valid length";
		return MHD_HTTP_BAD_REQUEST;
	}
	if (coding && (!vv_ascii_equal(coding, "chunked") || strcmp(version, "HTTP/1.0") == 0)) {
		*why = "the Transfer-Encoding is not supported, only chunked is";
		return MHD_HTTP_BAD_REQUEST;
	}
	if (strcmp(version, "HTTP/1.1") == 0 && !http_header(q, "Host")) {
		*why = "the request has no Host header";
		return MHD_HTTP_BAD_REQUEST;
	}
	return 0;
}

bool vv_http_host_is_ours(const char *host, const char *const *names, size_t count)
{
	size_t len = vv_address_host_len(host, strlen(host));
	const char *rest = host + len;
	vv_address ignored;

	if (*rest && (*rest != ':' || strspn(rest + 1, "0123456789") != strlen(rest + 1))) {
		return false;
	}
	if (len > 0 && host[len - 1] == '.') {
		len--; /* localhost. */
	}
	if (vv_address_read(&ignored, host, len) ||
	    (len >= 9 && vv_ascii_compare(host + len - 9, "localhost", 9) == 0 &&
	     (len == 9 || host[len - 10] == '.'))) {
		return true;
	}
	return vv_array_find(names, count, name, vv_ascii_is(host, len, *name)) != NULL;
}

bool vv_http_origin_is_host(const char *origin, const char *host)
{
	const char *at = strstr(origin, "://");

	return at && host && vv_ascii_equal(at + 3, host);
}

static unsigned check_meant(const http_request *q, const char **why)
{
	const vv_http_server *s = q->server;
	const char *host = http_header(q, "Host"), *origin = http_header(q, "Origin");
	const char *site = http_header(q, "Sec-Fetch-Site");

	if (s->only_hosts && host &&
	    !vv_http_host_is_ours(host, s->o.hosts.items, s->o.hosts.count)) {
		*why = "this server is not set up for this host name; its owner can add it with "
		       "serve --host NAME";
		return MHD_HTTP_MISDIRECTED_REQUEST;
	}
	if (strcmp(q->method, "POST") == 0 &&
	    ((origin && !vv_http_origin_is_host(origin, host)) ||
	     (site && !vv_ascii_equal(site, "same-origin") && !vv_ascii_equal(site, "none")))) {
		*why = "a page of another site cannot send this request";
		return MHD_HTTP_FORBIDDEN;
	}
	return 0;
}

unsigned http_head_check(const http_request *q, const char *version, const char **why)
{
	unsigned status = check_form(q, version, why);

	return status ? status : check_meant(q, why);
}
