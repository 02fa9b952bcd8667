/*
 * download: follows redirects and judges the answer.
 */
#include "transport/http/download.h"

#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/http/curl.h"
#include "transport/http/site.h"
#include "transport/line/url.h"

#define HOPS_MAX 10u
#define HEADERS_MAX 16u
#define ERROR_MAX ((size_t)64 << 10)

typedef struct taking {
	http_download *d;
	vv_digest *digest;
} taking;

void http_download_clear(http_download *d)
{
	vv_free_all(vv_take(&d->etag_now), vv_take(&d->modified_now), vv_take(&d->moved));
}

static void taking_clear(taking *t)
{
	vv_digest_free(t->digest);
}

VV_AUTO_CLEAR(taking, taking_clear)

/* len 0: start over, since the request is repeated. */
static vv_status write_bytes(void *payload, const char *bytes, size_t len, vv_error *err)
{
	taking *t = payload;

	if (len == 0) {
		t->d->bytes = 0;
		vv_digest_free(vv_take(&t->digest));
		if (vv_sys_ops.ftruncate(t->d->fd, 0) < 0 || lseek(t->d->fd, 0, SEEK_SET) < 0) {
			return vv_fail_errno(err, "cannot write", t->d->file);
		}
		return vv_digest_new(&t->digest, t->d->digest_kind, err);
	}
	t->d->bytes += len;
	vv_status rc = vv_digest_update(t->digest, bytes, len, err);
	return rc < 0 ? rc : vv_write_full(t->d->fd, bytes, len, t->d->file, err);
}

static vv_status check_status(const http_answer *a, const char *name, vv_error *err)
{
	switch (a->status) {
	case 200:
	case 304:
		return VV_OK;
	case 404:
	case 410:
		return vv_fail(err, VV_ENOTFOUND, "'%s' does not exist (HTTP status %u)", name,
			       a->status);
	case 401:
	case 403:
		return vv_fail(
			err, VV_EAUTH,
			"'%s': access denied (HTTP status %u)\nput credentials into ~/.netrc, "
			"or into git's setting http.<url>.extraHeader",
			name, a->status);
	default:
		return vv_fail(err, VV_EIO, "'%s': the server answered with the HTTP status %u",
			       name, a->status);
	}
}

/* The URL that the server names takes the place of this one. */
static vv_status follow_redirect(vv_url *now, vv_buf *to, char *location, vv_error *err)
{
	vv_auto(vv_url) next = {.text = NULL};
	vv_status rc;

	location[strcspn(location, "#")] = '\0'; /* for browsers */
	if ((rc = vv_url_read_file(&next, location, err)) < 0) {
		return vv_prefix(err, "'%s' is a redirect", now->text);
	}
	if (now->tls && !next.tls) {
		return vv_fail(err, VV_EREFUSED, "'%s' redirects to '%s', which does not use https",
			       now->text, next.text);
	}
	vv_buf_reset(to);
	vv_buf_puts(to, location);
	vv_url_clear(now);
	*now = next;
	next = (vv_url){.text = NULL};
	return vv_buf_ok(to, err);
}

static vv_status copy_field(char **out, const char *text, vv_error *err)
{
	*out = *text ? vv_strdup(text) : NULL;
	return *out || !*text ? VV_OK : vv_fail_nomem(err);
}

static vv_status end_download(taking *t, const http_answer *a, vv_error *err)
{
	vv_status rc;

	t->d->same = a->status == 304;
	if (!t->d->same && (rc = vv_digest_end(t->digest, t->d->digest, err)) < 0) return rc;
	if ((rc = copy_field(&t->d->etag_now, a->etag, err)) < 0) return rc;
	/* RFC 9110, 8.8.2.2: within its second the file may have changed again. */
	return copy_field(&t->d->modified_now, a->date > a->modified_at ? a->modified : "", err);
}

/* One request; a redirect is answered with a status of 3xx. */
static vv_status send_request(taking *t, const char *text, const char *name, http_answer *a,
			      const vv_connect_options *connect, vv_error *err)
{
	vv_auto(vv_buf) etag = VV_BUF_INIT, modified = VV_BUF_INIT;
	const char *headers[HEADERS_MAX + 2];
	const http_site_facts facts = {.url = text, .name = name, .extra_header = true};
	http_ask what = {.method = "GET",
			 .url = text,
			 .headers = headers,
			 .answer_max = ERROR_MAX,
			 .take = write_bytes,
			 .payload = t};
	vv_auto(http_site) *site = NULL;

	vv_buf_printf(&etag, "If-None-Match: %s", t->d->etag ? t->d->etag : "");
	vv_buf_printf(&modified, "If-Modified-Since: %s", t->d->modified ? t->d->modified : "");
	if (etag.failed || modified.failed) return vv_fail_nomem(err);
	for (size_t i = 0; i < t->d->header_count && i < HEADERS_MAX; i++) {
		headers[what.header_count++] = t->d->headers[i];
	}
	if (t->d->etag) {
		headers[what.header_count++] = etag.data;
	} else if (t->d->modified) {
		headers[what.header_count++] = modified.data;
	}
	vv_status rc = http_site_open(&site, &facts, connect, err);
	return rc < 0 ? rc : http_site_ask(site, &what, a, err);
}

vv_status http_download_run(http_download *d, const vv_connect_options *connect, vv_error *err)
{
	vv_auto(vv_url) url = {.text = NULL};
	vv_auto(vv_buf) to = VV_BUF_INIT;
	vv_auto(taking) t = {.d = d};
	vv_auto(http_answer) a = {0};
	vv_status rc = vv_url_read_file(&url, d->url, err);

	vv_buf_puts(&to, d->url);
	rc = rc < 0 ? rc : vv_buf_ok(&to, err);
	for (unsigned hops = 0, for_good = 0; rc == VV_OK; hops++) {
		if (hops > HOPS_MAX) {
			return vv_fail(err, VV_EIO, "'%s' redirects too many times", url.text);
		}
		if (hops > 0) {
			d->header_count = 0; /* they are for the site that was named */
		}
		if ((rc = send_request(&t, to.data, url.text, &a, connect, err)) < 0 ||
		    a.location.len == 0) {
			break;
		}
		for_good += a.status == 301 || a.status == 308;
		if ((rc = follow_redirect(&url, &to, a.location.data, err)) == VV_OK &&
		    for_good == hops + 1) {
			vv_free(d->moved);
			rc = copy_field(&d->moved, to.data, err);
		}
	}
	rc = rc < 0 ? rc : check_status(&a, url.text, err);
	return rc < 0 ? rc : end_download(&t, &a, err);
}
