/*
 * nearby: the words for Avahi's programs, and theirs.
 */
#include "lib/heads/nearby.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"

#define TYPE "_varve._tcp"
#define OUTPUT_MAX ((size_t)64 << 10)
#define LATE_MS 500u /* for its last words */
#define FIELDS 10u

void vv_nearby_clear(vv_nearby *n)
{
	vv_child_stop(&n->child);
	vv_named_clear(&n->found);
}

/* "_<hash>._sub._varve._tcp": without key and name it reveals nothing. VV_ENOTFOUND: no pinned owner. */
static vv_status put_subtype(vv_buf *out, vv_repository *r, vv_error *err)
{
	uint8_t hash[VV_SHA256_LEN];
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_trust t;
	vv_status rc = vv_trust_read(&t, r, err);

	if (rc < 0) return rc;
	if (!t.known) return vv_fail(err, VV_ENOTFOUND, "it has no signed head");
	vv_buf_printf(&text, "varve announce 1\n%s\n%s\n", vv_did_key_shows(t.owner), t.name);
	if ((rc = vv_buf_ok(&text, err)) < 0 ||
	    (rc = vv_sha256(hash, text.data, text.len, err)) < 0) {
		return rc;
	}
	vv_buf_putc(out, '_');
	vv_hex_put(out, hash, VV_NEARBY_HASH / 2);
	vv_buf_puts(out, "._sub." TYPE);
	return vv_buf_ok(out, err);
}

vv_status vv_nearby_ask(vv_nearby *n, vv_repository *r, vv_error *err)
{
	vv_auto(char) *setting = NULL;
	vv_auto(vv_buf) subtype = VV_BUF_INIT, unused = VV_BUF_INIT;
	vv_status rc = vv_config_string(r, "varve.discover", &setting, err);

	*n = (vv_nearby){.child = {.pid = 0}};
	if (rc < 0) return vv_missing_ok(rc, err);
	if (strcmp(setting, "off") == 0) return VV_OK;
	if (strcmp(setting, "lan") != 0) {
		return vv_fail(err, VV_EUSAGE, "varve.discover is '%s', expected 'lan' or 'off'",
			       vv_text_shows(setting));
	}
	if ((rc = put_subtype(&subtype, r, err)) < 0) return vv_missing_ok(rc, err);
	const char *const argv[] = {"avahi-browse",   "--parsable", "--resolve", "--ignore-local",
				    "--no-db-lookup", subtype.data, NULL};
	const vv_run run = {.argv = argv,
			    .env = vv_repository_env(r),
			    .output = &unused,
			    .errors = &unused,
			    .bound = true};
	n->until = vv_monotonic_ms() + VV_NEARBY_MS;
	if ((rc = vv_run_start(&n->child, &run, err)) < 0) {
		n->child.pid = 0;
		return rc == VV_EPROGRAM ? vv_hint(err, "install the package avahi-utils") : rc;
	}
	return VV_OK;
}

/* --- its output --------------------------------------------------------------------------- */

/* An address in digits, that is not this machine's own. */
static bool put_host(vv_buf *url, const char *text, size_t len)
{
	const bool v6 = memchr(text, ':', len) != NULL;
	const char *const digits = v6 ? "0123456789abcdefABCDEF:" : "0123456789.";

	if (len == 0 || strspn(text, digits) < len) return false;
	if (v6 ? strncmp(text, "fe80:", 5) == 0 || (len == 3 && strncmp(text, "::1", 3) == 0)
	       : strncmp(text, "127.", 4) == 0 || strncmp(text, "0.", 2) == 0) {
		return false;
	}
	vv_buf_printf(url, v6 ? "http://[%.*s]" : "http://%.*s", (int)len, text);
	return true;
}

/* "\"path=/sales\"" among the texts of a service, which are parted by spaces. */
static bool put_path(vv_buf *url, const char *text, size_t len)
{
	static const char lead[] = "\"path=";
	const char *p = text, *const end = text + len;

	for (; p; p = memchr(p, ' ', (size_t)(end - p))) {
		p += *p == ' ';
		const size_t left = (size_t)(end - p), n = sizeof(lead) - 1;
		const char *quote;
		if (left <= n || memcmp(p, lead, n) != 0) {
			continue;
		}
		if (!(quote = memchr(p + n, '"', left - n)) || p[n] != '/') return false;
		const size_t path_len = (size_t)(quote - p) - n;
		vv_buf_put(url, p + n, path_len);
		return strspn(p + n, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "0123456789-._~%/") == path_len;
	}
	return false;
}

/* "=;eth0;IPv4;NAME;_varve._tcp;local;desk.local;192.168.1.7;8080;TEXTS". False: it is none, or not to be used. */
static bool read_line(vv_buf *url, const char *line, size_t len)
{
	const char *at[FIELDS] = {line};
	size_t n = 1;
	uint64_t port;

	for (size_t i = 0; i < len && n < FIELDS; i++) {
		if (line[i] == ';') {
			at[n++] = line + i + 1;
		}
	}
	if (n < FIELDS || len < 2 || line[0] != '=' || line[1] != ';') return false;
	const size_t port_len = (size_t)(at[9] - at[8]) - 1;
	if (!vv_parse_u64(&port, at[8], port_len) || port == 0 || port > UINT16_MAX ||
	    !put_host(url, at[7], (size_t)(at[8] - at[7]) - 1)) {
		return false;
	}
	vv_buf_printf(url, ":%u", (unsigned)port);
	return put_path(url, at[9], len - (size_t)(at[9] - line)) && url->len <= VV_HEAD_URL_MAX;
}

vv_status vv_nearby_read(vv_named *out, const char *text, size_t len, vv_error *err)
{
	const char *const end = text + len;
	const char *next;
	size_t count = 0;

	/* a line without its end was cut */
	for (const char *p = text;
	     count < VV_NEARBY_MAX && (next = memchr(p, '\n', (size_t)(end - p))); p = next + 1) {
		vv_auto(vv_buf) url = VV_BUF_INIT;
		const bool is = read_line(&url, p, (size_t)(next - p));
		if (url.failed) return vv_fail_nomem(err);
		if (is && !vv_named_has(out, vv_buf_cstr(&url))) {
			vv_buf_put(&out->mirrors, url.data, url.len + 1);
			count++;
		}
	}
	return vv_buf_ok(&out->mirrors, err);
}

/* Appends one piece of output. False: none came in time, or the output has ended. */
static bool read_some(vv_buf *out, int fd, uint64_t until)
{
	char bytes[4096];
	struct pollfd p = {.fd = fd, .events = POLLIN};
	const uint64_t now = vv_monotonic_ms();

	if (poll(&p, 1, now < until ? (int)(until - now) : 0) <= 0) return false;
	const ssize_t n = read(fd, bytes, sizeof(bytes));
	vv_buf_put(out, bytes, n > 0 ? (size_t)n : 0);
	return n > 0 && !out->failed;
}

/* Until the end of the output, the time, or the most that is read. */
static void read_output(vv_buf *out, int fd, uint64_t until)
{
	while (out->len < OUTPUT_MAX && read_some(out, fd, until)) {
	}
}

/* Until a machine is found that can be used, and a short time more for others; at most until `until`. */
static void await_first(vv_buf *out, int fd, uint64_t until)
{
	vv_auto(vv_named) found = {.mirrors = VV_BUF_INIT};
	size_t before;

	do {
		before = out->len;
		if (vv_nearby_read(&found, vv_buf_cstr(out), out->len, NULL) < 0) return;
		if (found.mirrors.len > 0) {
			read_output(out, fd, vv_monotonic_ms() + VV_NEARBY_MS);
			return;
		}
		read_some(out, fd, until);
	} while (out->len > before && out->len < OUTPUT_MAX);
}

vv_status vv_nearby_take(vv_nearby *n, bool patient, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT, said = VV_BUF_INIT;
	const vv_child c = n->child;

	if (c.pid == 0) return VV_OK;
	read_output(&text, c.out, n->until);
	if (patient) {
		await_first(&text, c.out, n->until + VV_NEARBY_ALONE_MS - VV_NEARBY_MS);
	}
	(void)kill(c.pid, SIGTERM); /* then it prints its results */
	const uint64_t late = vv_monotonic_ms() + LATE_MS;
	read_output(&text, c.out, late);
	read_output(&said, c.err, late);
	const size_t line = strcspn(vv_buf_cstr(&said), "\n");
	vv_status rc = text.failed || said.failed ? vv_fail_nomem(err) : VV_OK;
	if (rc == VV_OK && text.len == 0 && line > 0 && strncmp(said.data, "Got ", 4) != 0) {
		rc = vv_fail(err, VV_EIO, "the local network cannot be searched: avahi-browse: %s",
			     vv_text_show(said.data, line));
	}
	rc = rc < 0 ? rc : vv_nearby_read(&n->found, vv_buf_cstr(&text), text.len, err);
	vv_child_stop(&n->child);
	return rc;
}

vv_status vv_nearby_announce(vv_child *child, vv_repository *r, const char *port, const char *path,
			     vv_error *err)
{
	static const char option[] = "--subtype=_";
	vv_auto(vv_buf) subtype = VV_BUF_INIT, text = VV_BUF_INIT;
	char name[VV_NEARBY_HASH + 1];
	vv_status rc;

	vv_buf_put(&subtype, option, sizeof(option) - 2);
	if ((rc = put_subtype(&subtype, r, err)) < 0) return rc;
	(void)snprintf(name, sizeof(name), "%s", subtype.data + sizeof(option) - 1);
	vv_buf_printf(&text, "path=%s", path);
	if ((rc = vv_buf_ok(&text, err)) < 0) return rc;
	const char *const argv[] = {"avahi-publish", "--service", subtype.data, name, TYPE, port,
				    text.data,       NULL};
	const vv_run run = {.argv = argv, .env = vv_repository_env(r), .bound = true};
	if ((rc = vv_run_start(child, &run, err)) < 0) {
		child->pid = 0;
	}
	return rc == VV_EPROGRAM ? vv_hint(err, "install the package avahi-utils") : rc;
}
