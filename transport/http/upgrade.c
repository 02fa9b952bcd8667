/*
 * upgrade: the request by hand, since libcurl up to 7.88 has no Upgrade of its own; the connection is
 * libcurl's, with CURLOPT_CONNECT_ONLY.
 */
#include "transport/http/upgrade.h"

#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/ascii.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "transport/http/curl.h"
#include "transport/line/channel.h"
#include "transport/line/pipe.h"

#define HEAD_MAX 8192u
#define REASON_MAX 300u /* bytes of a server's reason that a message shows */

struct vv_upgrade {
	const http_curl *c;
	CURL *easy;
	char *name; /* for messages */
	http_settings settings;
	const atomic_bool *stopped;
	curl_socket_t fd;
	vv_buf early; /* bytes of the stream that came with the head */
	char words[CURL_ERROR_SIZE];
};

void vv_upgrade_close(vv_upgrade *u)
{
	if (!u) return;
	if (u->easy) {
		u->c->easy_cleanup(u->easy);
	}
	http_settings_clear(&u->settings);
	vv_buf_clear(&u->early);
	vv_free_all(u->name, u);
}

int vv_upgrade_fd(const vv_upgrade *u)
{
	return (int)u->fd;
}

static bool is_stopped(const vv_upgrade *u)
{
	return u->stopped && atomic_load(u->stopped);
}

/* --- bytes ----------------------------------------------------------------------------------- */

ssize_t vv_upgrade_read(vv_upgrade *u, void *buf, size_t len, bool *end, vv_error *err)
{
	size_t got = 0;

	*end = false;
	if (u->early.len > 0) {
		got = len < u->early.len ? len : u->early.len;
		memcpy(buf, u->early.data, got);
		vv_buf_drop_front(&u->early, got);
		return (ssize_t)got;
	}
	const CURLcode code = u->c->easy_recv(u->easy, buf, len, &got);
	if (code == CURLE_AGAIN) return 0;
	if (code != CURLE_OK) {
		return http_curl_fail(u->c, u->easy, code, u->name, u->words, err);
	}
	*end = got == 0;
	return (ssize_t)got;
}

ssize_t vv_upgrade_write(vv_upgrade *u, const void *bytes, size_t len, vv_error *err)
{
	size_t put = 0;
	const CURLcode code = u->c->easy_send(u->easy, bytes, len, &put);

	if (code == CURLE_AGAIN) return 0;
	return code == CURLE_OK ? (ssize_t)put
				: http_curl_fail(u->c, u->easy, code, u->name, u->words, err);
}

/* Waits in steps, so that *stopped is seen. */
static vv_status await_socket(const vv_upgrade *u, short events, uint64_t until, unsigned seconds,
			      vv_error *err)
{
	struct pollfd p = {.fd = (int)u->fd, .events = events};

	while (vv_monotonic_ms() < until) {
		if (is_stopped(u)) return vv_fail_stopped(err, u->name);
		if (poll(&p, 1, VV_STOP_STEP_MS) > 0) return VV_OK;
	}
	return vv_fail_idle(err, u->name, seconds);
}

static vv_status fail_closed(const vv_upgrade *u, vv_error *err)
{
	return vv_fail(err, VV_EIO, "the connection to '%s' was closed", u->name);
}

vv_status vv_upgrade_read_all(vv_upgrade *u, void *buf, size_t len, unsigned seconds, vv_error *err)
{
	const uint64_t until = vv_monotonic_ms() + (uint64_t)seconds * 1000;
	char *p = buf;
	vv_status rc = VV_OK;
	bool end;

	while (rc == VV_OK && len > 0) {
		const ssize_t got = vv_upgrade_read(u, p, len, &end, err);

		if (got < 0) return (vv_status)got;
		if (end) return fail_closed(u, err);
		p += got;
		len -= (size_t)got;
		if (got == 0) {
			rc = await_socket(u, POLLIN, until, seconds, err);
		}
	}
	return rc;
}

vv_status vv_upgrade_write_all(vv_upgrade *u, const void *bytes, size_t len, unsigned seconds,
			       vv_error *err)
{
	const uint64_t until = vv_monotonic_ms() + (uint64_t)seconds * 1000;
	const char *p = bytes;
	vv_status rc = VV_OK;

	while (rc == VV_OK && len > 0) {
		const ssize_t put = vv_upgrade_write(u, p, len, err);

		if (put < 0) return (vv_status)put;
		p += put;
		len -= (size_t)put;
		if (put == 0) {
			rc = await_socket(u, POLLOUT, until, seconds, err);
		}
	}
	return rc;
}

bool vv_http_field(const char **value, size_t *len, const char *head, const char *name)
{
	const size_t n = strlen(name);

	for (const char *line = strchr(head, '\n'); line; line = strchr(line, '\n')) {
		line++;
		if (vv_ascii_compare(line, name, n) != 0 || line[n] != ':') {
			continue;
		}
		*value = line + n + 1 + strspn(line + n + 1, " \t");
		*len = strcspn(*value, "\r\n");
		while (*len > 0 && vv_is_space((*value)[*len - 1])) {
			(*len)--;
		}
		return true;
	}
	return false;
}

static bool field_is(const char *head, const char *name, const char *word)
{
	const char *value;
	size_t len;

	return vv_http_field(&value, &len, head, name) && vv_ascii_is(value, len, word);
}

/* --- the request -------------------------------------------------------------------------------- */

static int look_stopped(void *payload, curl_off_t a VV_UNUSED, curl_off_t b VV_UNUSED,
			curl_off_t c VV_UNUSED, curl_off_t d VV_UNUSED)
{
	return is_stopped(payload) ? 1 : 0;
}

static vv_status connect_host(vv_upgrade *u, const vv_url *url, const vv_connect_options *o,
			      vv_error *err)
{
	vv_auto(vv_buf) site = VV_BUF_INIT;
	vv_status rc;

	http_put_site(&site, url);
	vv_buf_putc(&site, '/');
	if ((rc = vv_buf_ok(&site, err)) < 0 ||
	    (rc = http_settings_read(&u->settings, o, site.data, err)) < 0) {
		return rc;
	}
	if (!(u->easy = u->c->easy_init())) return vv_fail_nomem(err);
	http_settings_apply(u->c, u->easy, &u->settings);
	(void)u->c->setopt(u->easy, CURLOPT_URL, site.data);
	(void)u->c->setopt(u->easy, CURLOPT_CONNECT_ONLY, 1L);
	(void)u->c->setopt(u->easy, CURLOPT_HTTPPROXYTUNNEL, 1L);
	(void)u->c->setopt(u->easy, CURLOPT_TCP_KEEPALIVE, 0L); /* callers send signs of life */
	(void)u->c->setopt(u->easy, CURLOPT_CONNECTTIMEOUT, (long)VV_CONNECT_SEC);
	(void)u->c->setopt(u->easy, CURLOPT_ERRORBUFFER, u->words);
	(void)u->c->setopt(u->easy, CURLOPT_NOPROGRESS, 0L);
	(void)u->c->setopt(u->easy, CURLOPT_XFERINFOFUNCTION, look_stopped);
	(void)u->c->setopt(u->easy, CURLOPT_XFERINFODATA, u);
	const CURLcode code = u->c->easy_perform(u->easy);
	if (code == CURLE_ABORTED_BY_CALLBACK) return vv_fail_stopped(err, u->name);
	if (code != CURLE_OK) {
		return http_curl_fail(u->c, u->easy, code, u->name, u->words, err);
	}
	return u->c->getinfo(u->easy, CURLINFO_ACTIVESOCKET, &u->fd) == CURLE_OK &&
			       u->fd != CURL_SOCKET_BAD
		       ? VV_OK
		       : fail_closed(u, err);
}

static void put_request(vv_buf *out, const vv_url *url, const char *path, const char *protocol)
{
	vv_buf_printf(out, "GET %s HTTP/1.1\r\nHost: ", path);
	http_put_host(out, url);
	vv_buf_printf(out,
		      "\r\nConnection: Upgrade\r\nUpgrade: %s\r\nUser-Agent: varve\r\n"
		      "Cache-Control: no-store\r\n\r\n",
		      protocol);
}

/* Reads until the empty line after the head, and at most HEAD_MAX bytes; what follows is `early`. */
static vv_status read_head(vv_upgrade *u, vv_buf *head, unsigned seconds, vv_error *err)
{
	const uint64_t until = vv_monotonic_ms() + (uint64_t)seconds * 1000;
	char bytes[1024], *end_of_head = NULL;
	bool end = false;
	vv_status rc = VV_OK;

	while (rc == VV_OK && !end_of_head) {
		const ssize_t got = vv_upgrade_read(u, bytes, sizeof(bytes), &end, err);

		if (got < 0) return (vv_status)got;
		if (end || head->len > HEAD_MAX) return fail_closed(u, err);
		vv_buf_put(head, bytes, (size_t)got);
		if ((rc = vv_buf_ok(head, err)) == VV_OK && got == 0) {
			rc = await_socket(u, POLLIN, until, seconds, err);
		}
		end_of_head = head->len > 0 ? strstr(head->data, "\r\n\r\n") : NULL;
	}
	if (rc < 0) return rc;
	const size_t len = (size_t)(end_of_head - head->data) + 4;
	vv_buf_put(&u->early, head->data + len, head->len - len);
	head->len = len;
	head->data[len] = '\0';
	return vv_buf_ok(&u->early, err);
}

/* The first line of the answer's body, which may still be on its way. */
static void read_reason(vv_upgrade *u, char out[REASON_MAX + 1])
{
	char byte;
	size_t len = 0;

	while (len < REASON_MAX && vv_upgrade_read_all(u, &byte, 1, 2, VV_IGNORED) == VV_OK &&
	       byte != '\n') {
		out[len++] = byte;
	}
	out[len] = '\0';
}

static vv_status fail_refused(vv_upgrade *u, unsigned status, bool ours, vv_error *err)
{
	char reason[REASON_MAX + 1] = "";
	vv_status rc = VV_EIO;

	if (!ours) {
		return vv_fail(err, VV_EIO,
			       "'%s' is not a relay of varve: it answered with HTTP status %u",
			       u->name, status);
	}
	read_reason(u, reason);
	if (status == 404) {
		rc = VV_ENOTFOUND;
	} else if (status == 429 || status == 503) {
		rc = VV_ELOCKED;
	} else if (status == 401 || status == 403) {
		rc = VV_EREFUSED;
	}
	return vv_fail(err, rc, "'%s': %s", u->name, vv_text_shows(reason));
}

static vv_status read_answer(vv_upgrade *u, const char *protocol, unsigned seconds, vv_error *err)
{
	vv_auto(vv_buf) head = VV_BUF_INIT;
	unsigned status = 0;
	vv_status rc = read_head(u, &head, seconds, err);

	if (rc < 0) return rc;
	if (sscanf(head.data, "HTTP/1.%*1[01] %3u ", &status) != 1) {
		return vv_fail(err, VV_EIO, "'%s' does not answer as an HTTP server does", u->name);
	}
	if (status == 101 && field_is(head.data, "Upgrade", protocol)) return VV_OK;
	return fail_refused(u, status, field_is(head.data, "Server", protocol), err);
}

vv_status vv_upgrade_open(vv_upgrade **out, const vv_url *url, const char *path,
			  const char *protocol, unsigned seconds, const vv_connect_options *o,
			  vv_error *err)
{
	vv_auto(vv_upgrade) *u = vv_calloc(1, sizeof(*u));
	vv_auto(vv_buf) request = VV_BUF_INIT;
	vv_status rc;

	*out = NULL;
	if (!u) return vv_fail_nomem(err);
	u->early = (vv_buf)VV_BUF_INIT;
	u->fd = CURL_SOCKET_BAD;
	u->stopped = o->stopped;
	if (!(u->name = vv_strdup(url->text))) return vv_fail_nomem(err);
	put_request(&request, url, path, protocol);
	if ((rc = vv_buf_ok(&request, err)) < 0 || (rc = http_curl_load(&u->c, err)) < 0 ||
	    (rc = connect_host(u, url, o, err)) < 0 ||
	    (rc = vv_upgrade_write_all(u, request.data, request.len, seconds, err)) < 0 ||
	    (rc = read_answer(u, protocol, seconds, err)) < 0) {
		return rc;
	}
	return vv_hand_over(out, &u);
}
