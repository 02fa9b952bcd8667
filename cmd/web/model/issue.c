/*
 * issue: how hosts call repositories, and what their forms take.
 */
#include "cmd/web/model/issue.h"

#include <string.h>

#include "base/array.h"
#include "base/codec.h"

#define NAME_CHARS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.~"

/* Length of ":PORT", or 0. */
static size_t port_len(const char *s)
{
	const size_t digits = *s == ':' ? strspn(s + 1, "0123456789") : 0;

	return digits > 0 && s[digits + 1] == '/' ? digits + 1 : 0;
}

/* "HOST/OWNER/NAME", or "HOST:OWNER/NAME" as scp writes it: each a plain name, the host with a point. ported: the scheme
 * where the host may have a port, or NULL. */
static bool put_home(vv_buf *out, const char *s, const char *after_host, const char *ported)
{
	size_t host = strspn(s, NAME_CHARS), at = host, parts = 0;
	const size_t port = ported ? port_len(s + host) : 0;

	if (host == 0 || !memchr(s, '.', host)) return false;
	at += port;
	if (!s[at] || !strchr(after_host, s[at])) return false;
	vv_buf_printf(out, "%s%.*s", port > 0 ? ported : "https://", (int)at, s);
	while (s[at] && s[at + 1]) {
		size_t len = strspn(s + ++at, NAME_CHARS);
		bool last = s[at + len] == '\0' || strcmp(s + at + len, "/") == 0;
		size_t shown = last && len > 4 && memcmp(s + at + len - 4, ".git", 4) == 0 ? len - 4
											   : len;

		if (len == 0 || (s[at + len] && s[at + len] != '/')) return false;
		vv_buf_printf(out, "/%.*s", (int)shown, s + at);
		parts++;
		at += len;
	}
	return parts >= 2 && !out->failed;
}

bool vv_issue_home(vv_buf *out, const char *url, const char *kind)
{
	static const char *const schemes[] = {"https://", "http://", "ssh://"};
	const char *at;
	const char *const *scheme = vv_array_find(schemes, 3, it,
						  strncmp(url, *it, strlen(*it)) == 0);
	const bool is_git = kind && strcmp(kind, "git") == 0;
	const char *ported = is_git && scheme && **scheme == 'h' ? *scheme : NULL;

	vv_buf_reset(out);
	if (kind && !is_git) return false;
	url += scheme ? strlen(*scheme) : 0;
	if ((at = strchr(url, '@')) && at < url + strcspn(url, "/")) {
		url = at + 1;
	} else if (!scheme) {
		return false; /* a path */
	}
	return put_home(out, url, scheme ? "/" : ":", ported);
}

void vv_issue_put_form(vv_buf *out, const char *home)
{
	vv_buf_printf(out, "%s/%s", home, strstr(home, "gitlab") ? "-/issues/new" : "issues/new");
}

bool vv_issue_is_form(const char *url)
{
	static const char end[] = "/issues/new";
	const size_t len = strlen(url), n = sizeof(end) - 1;
	const bool web = strncmp(url, "https://", 8) == 0 || strncmp(url, "http://", 7) == 0;

	return web && len > n && strcmp(url + len - n, end) == 0 && !strpbrk(url, "?#@ ");
}

void vv_issue_put(vv_buf *out, const char *form, const char *title, const char *body)
{
	const bool gitlab = strstr(form, "/-/") != NULL;

	vv_buf_printf(out, "%s?%s=", form, gitlab ? "issue%5Btitle%5D" : "title");
	vv_percent_put(out, title, strlen(title), "");
	vv_buf_printf(out, "&%s=", gitlab ? "issue%5Bdescription%5D" : "body");
	vv_percent_put(out, body, strlen(body), "");
}

void vv_issue_put_request(vv_buf *out, const char *home, const char *base, const char *branch)
{
	if (strstr(home, "gitlab")) {
		vv_buf_printf(out,
			      "%s/-/merge_requests/new?merge_request%%5Bsource_branch%%5D=", home);
		vv_percent_put(out, branch, strlen(branch), "");
		vv_buf_puts(out, "&merge_request%5Btarget_branch%5D=");
		vv_percent_put(out, base, strlen(base), "");
		return;
	}
	vv_buf_printf(out, "%s/compare/", home);
	vv_percent_put(out, base, strlen(base), "/");
	vv_buf_puts(out, "...");
	vv_percent_put(out, branch, strlen(branch), "/");
}
