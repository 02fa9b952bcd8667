/*
 * url_secret: cookies, and the redirect that sets one.
 */

#include "transport/server/url_secret.h"

#include <stdio.h>
#include <string.h>

#include "base/secret.h"

static bool is_equal(const char *a, size_t len, const char *b)
{
	return len == strlen(b) && vv_secret_equal(a, b, len);
}

/* Has a Cookie header (NULL: none) a cookie of that name and value? */
static bool has_cookie(const char *header, const char *name, const char *value)
{
	size_t name_len = strlen(name);

	while (header && *header) {
		header += strspn(header, " \t;");
		size_t len = strcspn(header, ";");
		if (len > name_len && strncmp(header, name, name_len) == 0 &&
		    header[name_len] == '=' &&
		    is_equal(header + name_len + 1, len - name_len - 1, value)) {
			return true;
		}
		header += len;
	}
	return false;
}

/* To the same address without the secret. "//host" would lead elsewhere. */
static enum MHD_Result redirect_request(http_request *q)
{
	struct MHD_Response *response = http_empty();
	bool here = q->path[0] == '/' && q->path[1] != '/' && q->path[1] != '\\';

	if (!response) return MHD_NO;
	(void)MHD_add_response_header(response, "Location", here ? q->path : "/");
	http_add(response, "Set-Cookie", "%s=%s; Path=/; HttpOnly; SameSite=Strict",
		 q->server->cookie, q->server->o.secret);
	http_add(response, "Cache-Control", "no-store");
	http_add(response, "Referrer-Policy", "no-referrer");
	return http_send(q, MHD_HTTP_SEE_OTHER, response);
}

static bool lets_in(vv_http_server *s, const char *given, size_t len)
{
	return is_equal(given, len, s->o.secret) ||
	       (s->o.secret_once && is_equal(given, len, s->o.secret_once) &&
		!atomic_exchange(&s->once_used, true));
}

bool http_url_secret(http_request *q, enum MHD_Result *result)
{
	const vv_http_server *s = q->server;
	vv_auto(vv_buf) given = VV_BUF_INIT;
	bool bad = false;

	if (!s->o.secret) return true;
	bool has = http_is_get(q) && http_parameter(q, "secret", &given, &bad);
	if (has && !bad && lets_in(q->server, vv_buf_cstr(&given), given.len)) {
		*result = redirect_request(q);
		vv_buf_wipe(&given);
		return false;
	}
	if (!has && has_cookie(http_header(q, "Cookie"), s->cookie, s->o.secret)) return true;
	(void)snprintf(q->problem, sizeof(q->problem), "without the secret");
	*result = http_say(q, MHD_HTTP_FORBIDDEN,
			   "open the whole address that the server printed when it was started");
	return false;
}
